import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { runInContext } from '@zoetrope/eventlog/context';
import { childTraceparent } from '@zoetrope/eventlog/traceparent';
import { type OpenSpan, openSpan } from '@zoetrope/eventlog/tracing';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from './logging.js';
import type { Metrics } from './metrics.js';

/** Asked every few seconds by machines; of no interest to anybody. */
const OWN_ROUTES = /^\/(health\/|metrics$)/;
const CHANGES_NOTHING = new Set(['GET', 'HEAD', 'OPTIONS']);
const ASSET_ID = /^[0-9a-f]{32}$/;

/**
 * Around every HTTP request: its trace, its figure, its log line. Told of a route is its pattern, never the address:
 * addresses carry signatures and customers' URLs. To be called before other hooks, which then run in its context.
 */
export function watchHttp(app: NestFastifyApplication, metrics: Metrics, logger: Logger): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  const seconds = metrics.histogram('http_request_seconds', {
    help: 'HTTP requests by the pattern of their route, event streams left out',
    labelNames: ['method', 'route', 'status'],
  });
  server.addHook('onRequest', (request, _reply, done) => {
    const route = routeOf(request);
    if (OWN_ROUTES.test(route)) return done();
    const traceparent = headerOf(request);
    const assetId = assetNamedIn(request.params);
    const attributes = { 'http.request.method': request.method, 'http.route': route };
    const span = runInContext({ traceparent }, () =>
      openSpan(`${request.method} ${route}`, { kind: 'SERVER', attributes }),
    );
    spans.set(request, span);
    // Nobody traces: the caller's trace goes on all the same, and a new one begins where there is none.
    const own = span.traceparent === traceparent ? childTraceparent(traceparent) : span.traceparent;
    runInContext({ requestId: request.id, assetId, traceparent: own }, done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    if (span) tell(request, reply, span);
    done();
  });

  function tell(request: FastifyRequest, reply: FastifyReply, span: OpenSpan): void {
    const [method, route, status] = [request.method, routeOf(request), reply.raw.statusCode];
    const assetId = assetNamedIn(request.params) ?? reply.getHeader('x-zoetrope-asset-id');
    const isStream = /event-stream/.test(String(reply.raw.getHeader('content-type') ?? ''));
    if (!isStream) seconds.observe({ method, route, status }, reply.elapsedTime / 1_000);
    span.set({
      'http.response.status_code': status,
      ...(assetId && { 'zoetrope.asset_id': String(assetId) }),
    });
    span.end(status >= 500 ? new ServerFault() : undefined);
    const level = status >= 500 ? 'warn' : CHANGES_NOTHING.has(method) ? 'debug' : 'info';
    const ms = Math.round(reply.elapsedTime);
    const traceId = span.traceparent?.split('-')[1];
    logger[level]({ method, route, status, ms, requestId: request.id, assetId, traceId }, 'request');
  }
}

/** An answer of 500 or more; what went wrong is told where it was thrown. */
class ServerFault extends Error {
  override readonly name = 'ServerFault';
}

const routeOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? 'unmatched';

function headerOf({ headers }: FastifyRequest): string | undefined {
  return typeof headers.traceparent === 'string' ? headers.traceparent : undefined;
}

function assetNamedIn(params: unknown): string | undefined {
  const { id, assetId = id } = (params ?? {}) as { id?: unknown; assetId?: unknown };
  return typeof assetId === 'string' && ASSET_ID.test(assetId) ? assetId : undefined;
}
