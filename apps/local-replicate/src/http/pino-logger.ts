import type { LoggerService } from '@nestjs/common';
import { type Logger, pino, stdTimeFunctions } from 'pino';

/** Nest's log lines as JSON on stderr; stdout carries the ready line alone. */
export class PinoLogger implements LoggerService {
  readonly #pino: Logger;

  constructor(level: string) {
    const base = { service: 'local-replicate', pid: process.pid };
    this.#pino = pino(
      { level, base, timestamp: stdTimeFunctions.isoTime },
      pino.destination({ dest: 2, sync: true }),
    );
  }

  log = (message: unknown, ...rest: unknown[]) => this.#write('info', message, rest);
  error = (message: unknown, ...rest: unknown[]) => this.#write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]) => this.#write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]) => this.#write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]) => this.#write('trace', message, rest);
  fatal = (message: unknown, ...rest: unknown[]) => this.#write('fatal', message, rest);

  /** Nest puts the context last; objects and errors keep their fields. */
  #write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = rest.at(-1);
    const text = rest.slice(0, -1).find((each) => typeof each === 'string');
    if (message instanceof Error) this.#pino[level]({ err: message, context }, text ?? message.message);
    else if (typeof message === 'object' && message !== null)
      this.#pino[level]({ ...message, context }, text);
    else this.#pino[level]({ context }, String(message));
  }
}
