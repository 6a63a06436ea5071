import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const configSchema = z.object({
  /** 0 takes a free port and says which in the ready line. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Journal, inputs, files and outputs. */
  DATA_DIR: z.string().min(1).default(join(tmpdir(), 'zoetrope-local-replicate')),
  /** What clients must send as `Authorization: Bearer`. */
  API_TOKEN: z.string().min(1).default('local-replicate'),
  /** Signs webhooks, in the form of Standard Webhooks. */
  WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/, 'must be whsec_ and at least 16 bytes in base64')
    .default('whsec_bG9jYWwtcmVwbGljYXRlLXdlYmhvb2stc2VjcmV0'),
  /** After this, inputs and outputs are gone, as at Replicate: an hour. */
  RETENTION_SECONDS: z.coerce.number().positive().default(3600),
  RENDER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(availableParallelism()),
  /** Origin in the URLs handed out; default: the address it listens on. */
  PUBLIC_BASE_URL: z.url().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  ZOETROPE_EXIT_WITH_PARENT: z.enum(['0', '1']).default('0'),
});

export type Config = z.infer<typeof configSchema>;

/** Nest token of the `Config`. */
export const CONFIG = Symbol('CONFIG');

/** Reads the environment; throws an Error with one line per wrong variable. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = configSchema.safeParse(env);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`wrong configuration\n${lines.join('\n')}`);
}
