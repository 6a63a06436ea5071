import type { FastifyReply, FastifyRequest } from 'fastify';

/** Embeds, their events, uploads and the API description may be read by any page (PRODUCT 4). */
const OPEN_PATHS = /^\/(v1\/|uploads\/|api\/openapi\.json$|api\/asyncapi\.json$)/;
const NEVER_OPEN = /^\/v1\/callbacks\//;

const EXPOSED =
  'Content-Length, Content-Range, ETag, X-Request-Id, X-Error-Code, Retry-After, Link, X-Zoetrope-Asset-Id, ' +
  'X-Zoetrope-Generation, X-Zoetrope-Stage, X-Zoetrope-Loop, X-Zoetrope-Eta-Ms, Cache-Status';

/**
 * CORS for GET on public paths, without credentials. Everything else is same-origin: no header, so a browser
 * keeps the answer from foreign pages.
 * @returns true when it answered a preflight
 */
export function answerCors(request: FastifyRequest, reply: FastifyReply): boolean {
  const path = request.url.split('?', 1)[0] ?? '';
  if (!OPEN_PATHS.test(path) || NEVER_OPEN.test(path)) return false;
  void reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED });
  const preflight =
    request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  if (!preflight) return false;
  void reply
    .code(204)
    .headers({
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers':
        'Range, If-Range, If-None-Match, If-Modified-Since, Last-Event-ID, X-Request-Id',
      'access-control-max-age': '86400',
    })
    .send();
  return true;
}
