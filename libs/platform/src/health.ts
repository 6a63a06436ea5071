import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Readiness } from './readiness.js';

/**
 * `/health/live`: the process answers. `/health/ready`: 200 when everything it needs can be used, else 503 with
 * what is wrong. Raw Fastify routes, so that no guard or filter of the application stands before them.
 */
export function addHealthRoutes(app: NestFastifyApplication, readiness: Readiness): void {
  const server = app.getHttpAdapter().getInstance();
  server.get('/health/live', () => ({ status: 'ok' }));
  server.get('/health/ready', async (_request, reply) => {
    const { ready, checks } = await readiness.report();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });
}
