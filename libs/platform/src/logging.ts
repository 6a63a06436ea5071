import type { LoggerService } from '@nestjs/common';
import { currentContext } from '@zoetrope/eventlog/context';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Nest token of the process's pino Logger. */
export const LOGGER = Symbol('Logger');

/** Where secrets travel; their values never reach a log line. */
const SECRETS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'signature',
  'apiKey',
];
const quoted = (name: string) => (/^\w+$/.test(name) ? `.${name}` : `["${name}"]`);
const REDACTED = SECRETS.flatMap((name) => [
  /^\w+$/.test(name) ? name : `["${name}"]`,
  `*${quoted(name)}`,
  `*.*${quoted(name)}`,
]);

export interface LoggingOptions {
  readonly service: string;
  readonly level: string;
  /** Default: stdout. */
  readonly destination?: DestinationStream;
}

/** JSON lines with the request id, asset id and trace of the work that wrote them. */
export function createLogger({ service, level, destination }: LoggingOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    mixin: () => {
      const { requestId, assetId, traceparent } = currentContext();
      return { requestId, assetId, traceId: traceparent?.split('-')[1] };
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Nest's logger on pino. Nest passes the context's name as the last argument. */
export class PinoNestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log = (message: unknown, ...rest: unknown[]) => this.write('info', message, rest);
  error = (message: unknown, ...rest: unknown[]) => this.write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]) => this.write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]) => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]) => this.write('trace', message, rest);
  fatal = (message: unknown, ...rest: unknown[]) => this.write('fatal', message, rest);

  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ) {
    const context = rest.findLast((part): part is string => typeof part === 'string');
    if (message instanceof Error) this.logger[level]({ err: message, context }, message.message);
    else if (typeof message === 'string') this.logger[level]({ context, ...stackOf(rest) }, message);
    else this.logger[level]({ context, detail: message });
  }
}

/** `logger.error(message, stack, context)` is Nest's way to hand over a stack. */
function stackOf(rest: readonly unknown[]): { stack?: string } {
  const [stack] = rest;
  return typeof stack === 'string' && stack.includes('\n    at ') ? { stack } : {};
}
