import { timingSafeEqual } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Metrics } from './metrics.js';
import type { Readiness } from './readiness.js';

export interface Watched {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** Bearer token without which `/metrics` is 401; undefined: for everybody who reaches the port. */
  readonly metricsToken?: string;
}

/**
 * `/health/live`: the process answers. `/health/ready`: 200 when everything it needs can be used, else 503 with
 * what is wrong. `/metrics`: Prometheus' text format 0.0.4. Raw Fastify routes, so that no guard or filter of the
 * application stands before them.
 */
export function addHealthRoutes(app: NestFastifyApplication, watched: Watched): void {
  const { readiness, metrics, metricsToken } = watched;
  const server = app.getHttpAdapter().getInstance();
  server.get('/health/live', () => ({ status: 'ok' }));
  server.get('/health/ready', async (_request, reply) => {
    const { ready, checks } = await readiness.report();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });
  server.get('/metrics', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (metricsToken !== undefined && !isBearer(request.headers.authorization, metricsToken))
      return reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'authentication required' });
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

function isBearer(header: string | undefined, token: string): boolean {
  const [given, wanted] = [Buffer.from(header ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
