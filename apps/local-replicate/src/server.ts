import multipart from '@fastify/multipart';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Config } from './config.js';
import { BaseUrl } from './http/base-url.js';
import { PinoLogger } from './http/pino-logger.js';
import { ReplicateError } from './http/replicate-error.js';
import { PredictionStore } from './predictions/prediction-store.js';
import { Retention } from './runs/retention.js';
import { RunPredictions } from './runs/run-predictions.js';

/** Images may come as data: URIs, so a body is a third larger than the largest image. */
const BODY_LIMIT = 48 * 1024 * 1024;
const FILE_LIMIT = 100 * 1024 * 1024;

/**
 * Replicate's client sends `Content-Type: application/json` with no body to cancel and to delete;
 * Fastify's own parser refuses that.
 */
function parseJson(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? undefined : JSON.parse(text as string));
    } catch {
      done(new ReplicateError(400, 'Bad Request', 'The body is not valid JSON'));
    }
  });
}

/** Starts the server: the journal is restored before the port opens, unfinished work begins after. */
export async function startServer(config: Config): Promise<{ app: NestFastifyApplication; port: number }> {
  const adapter = new FastifyAdapter({ bodyLimit: BODY_LIMIT, forceCloseConnections: true });
  const logger = new PinoLogger(config.LOG_LEVEL);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, {
    logger,
    abortOnError: false,
    bodyParser: false,
  });
  parseJson(adapter);
  await app.register(multipart, { limits: { fileSize: FILE_LIMIT, files: 2 } });
  const store = app.get(PredictionStore);
  await store.restore();
  const restored = store.all();
  await app.listen(config.PORT, config.HOST);
  const { port } = new URL(await app.getUrl());
  app.get(BaseUrl).listensOn(Number(port));
  app.get(RunPredictions).resume(restored);
  app.get(Retention).begin();
  return { app, port: Number(port) };
}
