import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Service } from '@zoetrope/contracts/fact';
import { connectLog } from '@zoetrope/eventlog/connect';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import type { LogObserver } from '@zoetrope/eventlog/observer';
import { JetStreamTransport } from '@zoetrope/eventlog/transport';
import { retryUntilUp } from './boot.js';
import type { ServiceConfig } from './config.js';
import { DatabaseProbe } from './database-probe.js';
import { addHealthRoutes } from './health.js';
import { createLogger, type Logger, PinoNestLogger } from './logging.js';
import { Metrics } from './metrics.js';
import { liveUntilStopped } from './process-life.js';
import { Readiness } from './readiness.js';
import { activeSabotages, sabotaged, unknownSabotages } from './sabotage.js';
import { measureBacklogs, measureReadiness } from './scraped-metrics.js';
import { serviceModule } from './service-module.js';
import { watchHttp } from './watched-http.js';

/** Of the 5 s that a shutdown may take: for running handlers, and then for running HTTP answers, ms. */
const HANDLERS_MS = 3_000;
const ANSWERS_MS = 1_000;

/** What `module` and `http.setup` are given. */
export interface ServiceParts<C> {
  readonly config: C;
  readonly log: EventLog;
  readonly logger: Logger;
}

export interface ServiceOptions<C extends ServiceConfig> {
  /** Which writer this process is. */
  readonly name: Service;
  /**
   * The root module, or a function that makes it. CONFIG, EVENT_LOG, LOGGER, CLOCK, IDS and the classes Readiness and
   * Metrics can be injected anywhere in it.
   */
  readonly module: Type | DynamicModule | ((parts: ServiceParts<C>) => DynamicModule);
  readonly config: C;
  /** Wait for PostgreSQL (config.DATABASE_URL) at boot and ask it in `/health/ready`. */
  readonly database?: boolean;
  /** Run the @OnFact and @OnDue handlers; default true. */
  readonly transport?: boolean;
  readonly http?: {
    /** Options of Nest's FastifyAdapter (bodyLimit, trustProxy, …). */
    readonly adapter?: ConstructorParameters<typeof FastifyAdapter>[0];
    /** Passed to NestFactory.create; false leaves body parsing to `setup`. */
    readonly bodyParser?: boolean;
    /** Before the application starts to listen: hooks, parsers, raw routes, global filters. */
    readonly setup?: (app: NestFastifyApplication, parts: ServiceParts<C>) => void | Promise<void>;
  };
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly log: EventLog;
  readonly port: number;
  /** What SIGTERM does, without ending the process. */
  stop(): Promise<void>;
}

/**
 * Boots one service of this process and keeps it until SIGTERM or SIGINT: connects (retrying for 60 s), makes the
 * streams, listens, and prints `{"ready":true,"port":N}` on stdout. When it cannot, it logs why and exits 1.
 */
export async function runService<C extends ServiceConfig>(
  options: ServiceOptions<C>,
): Promise<RunningService> {
  const logger = createLogger({ service: options.name, level: options.config.LOG_LEVEL });
  try {
    tellSabotage(logger);
    const endTracing = await openTracing(options, logger);
    const service = await startService(options, logger);
    service.app.get(Metrics).ofProcess();
    liveUntilStopped(logger, async () => {
      await service.stop();
      await endTracing();
    });
    process.stdout.write(`${JSON.stringify({ ready: true, port: service.port })}\n`);
    return service;
  } catch (error) {
    logger.fatal({ err: error }, error instanceof Error ? error.message : 'could not start');
    process.exit(1);
  }
}

/** What costs a good part of a second to load is loaded only where somebody listens. */
async function openTracing<C extends ServiceConfig>({ name, config }: ServiceOptions<C>, logger: Logger) {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return async () => {};
  const { startTracing } = await import('./traces.js');
  return startTracing(name, config.OTEL_TRACES_SAMPLER_ARG, logger);
}

function tellSabotage(logger: Logger): void {
  if (unknownSabotages.length > 0)
    throw new Error(`ZOETROPE_SABOTAGE names no guard of ours: ${unknownSabotages.join(', ')}`);
  if (activeSabotages.length > 0)
    logger.warn(
      `GUARDS SWITCHED OFF by ZOETROPE_SABOTAGE: ${activeSabotages.join(', ')}; never in production`,
    );
}

/** `runService` without the process's signals and exit, for tests. */
export async function startService<C extends ServiceConfig>(
  options: ServiceOptions<C>,
  logger: Logger,
): Promise<RunningService> {
  const metrics = new Metrics(options.name);
  const log = await openLog(options, logger, metrics);
  const readiness = new Readiness();
  measureReadiness(metrics, readiness);
  readiness.add('nats', () => {
    if (!log.isConnected()) throw new Error('not connected');
  });
  const database = await openDatabase(options, logger, readiness);
  const app = await createApp(options, { config: options.config, log, logger }, { readiness, metrics });
  const transport =
    options.transport === false
      ? undefined
      : new JetStreamTransport({ log, graceMs: HANDLERS_MS, ackFirst: sabotaged('ack-first') });
  if (transport) {
    app.connectMicroservice({ strategy: transport });
    measureBacklogs(metrics, transport);
  }
  const stop = once(async () => {
    // Handlers end before the modules whose connections they use.
    await transport?.close();
    await closeHttp(app);
    await database?.close();
    await log.close();
  });
  try {
    await app.startAllMicroservices();
    await app.listen(options.config.PORT, options.config.HOST);
  } catch (error) {
    await stop();
    throw error;
  }
  return { app, log, port: portOf(app), stop };
}

async function openLog<C extends ServiceConfig>(
  { name, config }: ServiceOptions<C>,
  logger: Logger,
  metrics: Metrics,
) {
  const figures = metrics.ofLog();
  const observer: LogObserver = {
    appended: (seen) => figures.appended(seen),
    delivered: (seen) => {
      figures.delivered(seen);
      logger.debug(seen, 'delivery');
    },
  };
  const onFault = (error: unknown, subject: string) =>
    logger.error({ err: error, subject }, 'core handler failed');
  const log = await retryUntilUp(
    'NATS',
    () => connectLog(config.NATS_URL, { service: name, replicas: config.NATS_REPLICAS, onFault, observer }),
    { logger },
  );
  await retryUntilUp('JetStream', () => log.ensureStreams(), { logger });
  return log;
}

async function openDatabase<C extends ServiceConfig>(
  { database, config }: ServiceOptions<C>,
  logger: Logger,
  readiness: Readiness,
): Promise<DatabaseProbe | undefined> {
  if (!database) return undefined;
  const url = (config as { DATABASE_URL?: string }).DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is not set');
  const probe = new DatabaseProbe(url);
  await retryUntilUp('PostgreSQL', () => probe.check(), { logger });
  readiness.add('database', () => probe.check());
  return probe;
}

async function createApp<C extends ServiceConfig>(
  { module, http = {} }: ServiceOptions<C>,
  parts: ServiceParts<C>,
  watched: { readiness: Readiness; metrics: Metrics },
): Promise<NestFastifyApplication> {
  const root = isFactory(module) ? module(parts) : module;
  const app = await NestFactory.create<NestFastifyApplication>(
    serviceModule(root, { ...parts, ...watched }),
    new FastifyAdapter(http.adapter),
    { logger: new PinoNestLogger(parts.logger), bodyParser: http.bodyParser ?? true, abortOnError: false },
  );
  watchHttp(app, watched.metrics, parts.logger);
  addHealthRoutes(app, { ...watched, metricsToken: parts.config.METRICS_TOKEN });
  await http.setup?.(app, parts);
  return app;
}

/** A class is a function too; ours are never called without `new`. */
const isFactory = <C extends ServiceConfig>(
  module: ServiceOptions<C>['module'],
): module is (parts: ServiceParts<C>) => DynamicModule =>
  typeof module === 'function' && !/^class\b/.test(Function.prototype.toString.call(module));

/** Lets answers under way end for a moment; event streams and long downloads are cut, and their clients resume. */
async function closeHttp(app: NestFastifyApplication): Promise<void> {
  const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), ANSWERS_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

function portOf(app: NestFastifyApplication): number {
  const address = app.getHttpServer().address();
  if (!address || typeof address === 'string') throw new Error('the HTTP server has no port');
  return address.port;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
