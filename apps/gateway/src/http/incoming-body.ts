import type { Readable } from 'node:stream';
import { MAX_BODY_BYTES } from '@zoetrope/contracts/api/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError, formError } from './api-error.js';

/**
 * A request's body as it came, unjudged: 401 and the rate limit win over a bad body (PRODUCT 3.2), and guards run
 * after the framework parsed, so parsing must not fail.
 */
export class IncomingBody {
  constructor(
    readonly contentType: string,
    /** Undefined: longer than the route allows. */
    readonly bytes: Buffer | undefined,
  ) {}

  /**
   * The JSON value; `{}` for an empty body.
   * @throws ApiError 413, 415, or the 400 with formErrors
   */
  json(): unknown {
    if (!this.bytes) throw new ApiError('body_too_large');
    if (this.bytes.length === 0) return {};
    if (!/^application\/json\s*(;|$)/i.test(this.contentType)) throw new ApiError('unsupported_media_type');
    return parseJson(this.bytes);
  }
}

function parseJson(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw formError('the body is not valid UTF-8');
  }
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw formError('the body is not valid JSON');
  }
}

/** Route configuration that raises the limit: `@RouteConfig({ maxBodyBytes: 1024 * 1024 })`. */
interface BodyConfig {
  readonly maxBodyBytes?: number;
}

/** Bytes beyond the limit that are still read, so that a client which sends before it listens hears the 413. */
const PATIENCE_BYTES = 4 * 1024 * 1024;

/** The whole stream when it has at most `limit` bytes; undefined, the rest thrown away, when it has more. */
export function readAtMost(stream: Readable, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else if (length > limit + PATIENCE_BYTES) resolve(undefined);
    });
    stream.on('end', () => resolve(length <= limit ? Buffer.concat(chunks) : undefined));
    stream.on('error', reject);
    stream.on('close', () => reject(new ApiError('malformed')));
  });
}

const readBody = async (request: FastifyRequest, payload: Readable): Promise<IncomingBody> => {
  const config = request.routeOptions.config as BodyConfig;
  const limit = config.maxBodyBytes ?? MAX_BODY_BYTES;
  const bytes = await readAtMost(payload, limit);
  return new IncomingBody(request.headers['content-type'] ?? '', bytes);
};

/** Makes every body an IncomingBody, whatever its type says. Multipart is parsed by its own plugin. */
export function takeBodiesAsTheyCome(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', readBody);
}
