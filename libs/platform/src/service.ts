import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Service } from '@zoetrope/contracts/fact';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import type { ServiceConfig } from './config.js';

export interface ServiceOptions<C extends ServiceConfig> {
  /** Which writer this process is. */
  readonly name: Service;
  /**
   * The root module, or a function that makes it. CONFIG, EVENT_LOG, CLOCK, IDS and the class Readiness can be
   * injected anywhere in it.
   */
  readonly module: Type | DynamicModule | ((parts: { config: C; log: EventLog }) => Type | DynamicModule);
  readonly config: C;
  /** Wait for PostgreSQL (config.DATABASE_URL) at boot and ask it in `/health/ready`. */
  readonly database?: boolean;
  /** Run @OnFact/@OnDue handlers; default true. */
  readonly transport?: boolean;
  readonly http?: {
    /** Options of Nest's FastifyAdapter (bodyLimit, trustProxy, …). */
    readonly adapter?: Record<string, unknown>;
    /** Passed to NestFactory.create; false leaves body parsing to `setup`. */
    readonly bodyParser?: boolean;
    /** Before the application starts to listen: hooks, parsers, raw routes, global filters. */
    readonly setup?: (
      app: NestFastifyApplication,
      parts: { config: C; log: EventLog },
    ) => void | Promise<void>;
  };
}

export interface RunningService {
  readonly app: INestApplication;
  readonly log: EventLog;
  readonly port: number;
  /** What SIGTERM does, without ending the process. */
  stop(): Promise<void>;
}

/**
 * Boots one service and keeps it until SIGTERM or SIGINT: connects (retrying for 60 s), makes the streams,
 * listens, and prints `{"ready":true,"port":N}` on stdout.
 */
export async function runService<C extends ServiceConfig>(
  options: ServiceOptions<C>,
): Promise<RunningService> {
  throw new Error(`${options.name}: not built yet`);
}
