import type { FastifyRequest } from 'fastify';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether the method changes nothing (RFC 9110 9.2.1). */
export const isSafe = (method: string): boolean => SAFE_METHODS.has(method);

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;

/**
 * Whether a call that changes something comes from another site's page (PRODUCT 1). An absent Origin is a server's
 * or curl's; our own is PUBLIC_URL's, or the host that was asked, as when PUBLIC_URL says localhost and the person
 * opened 127.0.0.1.
 */
export function isForeignOrigin(
  request: Pick<FastifyRequest, 'method' | 'headers'>,
  ownOrigin: string,
): boolean {
  const { origin, host } = request.headers;
  if (isSafe(request.method) || origin === undefined) return false;
  return origin !== ownOrigin && (host === undefined || hostOf(origin) !== host.toLowerCase());
}
