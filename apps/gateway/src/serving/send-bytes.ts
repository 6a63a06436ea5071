import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.js';
import { httpDate, type Span, select, type Validators } from './conditional.js';

/** Bytes that can be answered with ranges and validators. */
export interface Representation {
  readonly contentType: string;
  /** Length in bytes. */
  readonly size: number;
  readonly validators: Validators;
  readonly open: (span?: Span) => Promise<Buffer | Readable | undefined>;
}

/** Decides the caching headers at the last moment before they go out. */
export type Caching = () => Readonly<Record<string, string>>;

/**
 * Answers a GET or HEAD with 200, 206, 304 or 416. Opens the bytes first, so that nothing is awaited between
 * `caching` and the headers.
 *
 * @throws ApiError 416; 503 when the object is not there (yet)
 */
export async function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  what: Representation,
  caching: Caching,
): Promise<void> {
  const { contentType, size, validators } = what;
  const selected = select(request, validators, size);
  if (selected.status === 416) {
    throw new ApiError('range_not_satisfiable', { headers: { 'content-range': `bytes */${size}` } });
  }
  const span = selected.status === 206 ? selected.span : undefined;
  const bodiless = selected.status === 304 || request.method === 'HEAD';
  const body = bodiless ? undefined : await what.open(span);
  if (!bodiless && body === undefined) throw new ApiError('unavailable', { retryAfterMs: 1_000 });
  void reply.code(selected.status).headers({ ...validatorHeaders(validators), ...caching() });
  // Fastify takes no payload of a HEAD for an empty one and would say so in Content-Length; a stream it leaves alone.
  const nothing = request.method === 'HEAD' ? Readable.from([]) : undefined;
  if (selected.status === 304) return void reply.send(nothing);
  void reply.headers({
    'content-type': contentType,
    'accept-ranges': 'bytes',
    'content-length': String(span ? span.end - span.start + 1 : size),
    ...(span && { 'content-range': `bytes ${span.start}-${span.end}/${size}` }),
  });
  void reply.send(body ?? nothing);
}

const validatorHeaders = ({ etag, modifiedAt }: Validators) => ({
  etag,
  ...(modifiedAt !== undefined && { 'last-modified': httpDate(modifiedAt) }),
});
