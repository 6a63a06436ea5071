import type { IncomingMessage } from 'node:http';
import multipart from '@fastify/multipart';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { MAX_UPLOAD_BYTES } from '@zoetrope/contracts/api/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DashboardPage } from '../dashboard/dashboard-page.js';
import { serveStatic } from '../dashboard/static-files.js';
import { EdgeHeaders, REFRESH_HEADER } from '../serving/edge-headers.js';
import { ApiError } from './api-error.js';
import { answerCors } from './cors.js';
import { errorAnswer } from './error-answer.js';
import { ErrorFilter } from './error-filter.js';
import { takeBodiesAsTheyCome } from './incoming-body.js';
import { requestIdOf } from './request-id.js';
import { RouteTable } from './route-table.js';

type AdapterOptions = ConstructorParameters<typeof FastifyAdapter>[0];

/**
 * Options of Nest's FastifyAdapter: proxy URLs carry whole addresses as one path parameter.
 * @param trustedProxies whose X-Forwarded-For is believed
 */
export const adapterOptions = (publicUrl: string, trustedProxies: string): AdapterOptions =>
  ({
    genReqId: (raw: IncomingMessage) => requestIdOf(raw.headers['x-request-id']),
    requestIdHeader: false,
    trustProxy: trustedProxies,
    routerOptions: { maxParamLength: 8_192 },
    forceCloseConnections: true,
    // A path that cannot be decoded is refused by the router, before hooks and filters.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const asked = { accept: request.headers.accept, requestId: request.id, publicUrl };
      const { status, headers, body } = errorAnswer(new ApiError('malformed'), asked);
      void reply
        .code(status)
        .headers({ ...headers, 'x-request-id': request.id })
        .send(Buffer.from(JSON.stringify(body)));
    },
  }) as AdapterOptions;

/** Request id and CORS on every answer, before anything can fail. */
function onEveryRequest(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
    if (!answerCors(request, reply)) done();
  });
}

/** An nginx that was asked to replace an entry stores whatever comes, if only for a second. */
function answerRefreshes(fastify: FastifyInstance, edge: EdgeHeaders): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (edge.isRefresh(request.headers[REFRESH_HEADER]) && !reply.hasHeader('x-accel-expires'))
      void reply.header('x-accel-expires', '1');
    done(null, payload);
  });
}

/** What stands between Fastify and the features; call before the application starts to listen. */
export async function frame(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const routes = app.get(RouteTable);
  fastify.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  onEveryRequest(fastify);
  answerRefreshes(fastify, app.get(EdgeHeaders, { strict: false }));
  takeBodiesAsTheyCome(fastify);
  await fastify.register(multipart, {
    limits: { fileSize: MAX_UPLOAD_BYTES, files: 1, fields: 0, parts: 1 },
    throwFileSizeLimit: false,
  });
  await serveStatic(fastify, app.get(DashboardPage, { strict: false }).staticFolder);
  app.useGlobalFilters(app.get(ErrorFilter));
}
