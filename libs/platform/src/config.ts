import { z } from 'zod';

/** Nest token of the loaded configuration. */
export const CONFIG = Symbol('Config');

const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

/** Variables that several services read. Pick what a service needs: `z.object({ NATS_URL: commonConfig.NATS_URL })`. */
export const commonConfig = {
  NATS_URL: z.string().default('nats://127.0.0.1:4222').describe('NATS servers, comma-separated'),
  NATS_REPLICAS: z.coerce
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('copies of each stream; 3 in production'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgres://…')
    .describe('PostgreSQL'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('port to listen on; 0 takes a free one'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PUBLIC_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('origin in every address we hand out'),
  ZOETROPE_SECRET_KEY: z
    .string()
    .min(32)
    .describe('encrypts secrets and signs sessions; 32 characters or more'),
  ZOETROPE_SECRET_KEY_PREVIOUS: z
    .string()
    .min(32)
    .optional()
    .describe(
      'what ZOETROPE_SECRET_KEY was before; opens what was sealed under it, until the gateway has sealed it anew',
    ),
  ZOETROPE_INTERNAL_TOKEN: z.string().min(16).describe('bearer token between our own services'),
  ZOETROPE_EGRESS_ALLOW: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .describe('CIDR list of private ranges that sources and webhooks may use'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('least log level'),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('bearer token that /metrics asks for; none: whoever reaches the port may read it'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OpenTelemetry collector (OTLP over HTTP) that gets the traces; none: no tracing'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of the traces begun by this process that are kept'),
  DELETION_GRACE_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    // Alarms are kept for 30 days (TIMERS); a day of that is left for whoever handles them.
    .max(29 * 86_400)
    .default(7 * 86_400)
    .describe('how long what was deleted is kept before its objects and facts are removed for ever, s'),
  OBJECTS_DIR: z.string().optional().describe('folder of the filesystem object store'),
  S3_ENDPOINT: z.url().optional().describe('S3 or R2 endpoint; with S3_BUCKET it replaces OBJECTS_DIR'),
  S3_BUCKET: z.string().optional().describe('bucket of the object store'),
  S3_REGION: z.string().default('auto').describe('region of the bucket'),
  S3_ACCESS_KEY_ID: z.string().optional().describe('access key of the object store'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('secret key of the object store'),
  S3_FORCE_PATH_STYLE: flag
    .default(true)
    .describe('address the bucket by path, which every service takes; false puts it in the host name'),
  S3_CHECKSUMS: z
    .enum(['when_supported', 'when_required'])
    .default('when_required')
    .describe(
      'when_supported sends SHA-256 with uploads and believes what the service says of them; when_required reads each back',
    ),
  S3_MULTIPART_MB: z.coerce
    .number()
    .int()
    .min(5)
    .max(5_000)
    .default(16)
    .describe('objects above this many MiB go up in parts'),
} as const;

/** What every service has; `runService` needs at least these. */
export const serviceConfig = z.object({
  NATS_URL: commonConfig.NATS_URL,
  NATS_REPLICAS: commonConfig.NATS_REPLICAS,
  PORT: commonConfig.PORT,
  HOST: commonConfig.HOST,
  LOG_LEVEL: commonConfig.LOG_LEVEL,
  METRICS_TOKEN: commonConfig.METRICS_TOKEN,
  OTEL_EXPORTER_OTLP_ENDPOINT: commonConfig.OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_TRACES_SAMPLER_ARG: commonConfig.OTEL_TRACES_SAMPLER_ARG,
});
export type ServiceConfig = z.infer<typeof serviceConfig>;

/** One line for each variable that is missing or wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Parses the environment. An empty variable counts as unset.
 * @throws ConfigError naming each variable at fault, one a line, never its value
 */
export function parseConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.infer<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const outcome = schema.safeParse(given);
  if (outcome.success) return outcome.data;
  const lines = outcome.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    const about = (schema.shape[name] as z.ZodType | undefined)?.description;
    const fault = given[name] === undefined ? 'is not set' : `is wrong: ${message}`;
    return `${name} ${fault}${about ? ` (${about})` : ''}`;
  });
  throw new ConfigError(lines.join('\n'));
}

/** A table of a schema's variables, their defaults and what they are for. */
export function describeConfig(schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(([name, field]) => {
    const type = field as z.ZodType;
    const unset = type.safeParse(undefined);
    const fallback = unset.success
      ? unset.data === undefined
        ? 'optional'
        : `default ${JSON.stringify(unset.data)}`
      : 'required';
    return [name, fallback, type.description ?? ''] as const;
  });
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [first, second] = [width(0), width(1)];
  return rows.map(([a, b, c]) => `  ${a.padEnd(first)}  ${b.padEnd(second)}  ${c}`).join('\n');
}

/**
 * The configuration of this process from its environment. Prints the table and exits 0 for `--help`;
 * prints what is wrong and exits 78 (EX_CONFIG of sysexits.h) when it cannot be read.
 */
export function loadConfig<S extends z.ZodObject>(schema: S): z.infer<S> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`Environment variables:\n${describeConfig(schema)}\n`);
    process.exit(0);
  }
  try {
    return parseConfig(schema, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(78);
  }
}
