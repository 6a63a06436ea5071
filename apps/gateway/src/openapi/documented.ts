import { SetMetadata } from '@nestjs/common';
import type { ApiErrorCode } from '@zoetrope/contracts/errors';
import type { z } from 'zod';

/** What the OpenAPI document says of one route beside its method and path. */
export interface RouteDocument {
  /** One line. */
  readonly summary: string;
  /** The path as OpenAPI writes it, where the route's own pattern (`/v1/:key/*`) does not say enough. */
  readonly path?: string;
  /** JSON body. */
  readonly body?: z.ZodType;
  /** The body is a multipart form with one file of this field name. */
  readonly file?: string;
  readonly query?: z.ZodType;
  /** The success. `media` where it is no JSON. */
  readonly answer: { readonly status: number; readonly schema?: z.ZodType; readonly media?: string };
  /** Other successes, such as 206 or 304. */
  readonly also?: Readonly<Record<number, string>>;
  /** Errors of this route; 401 and 429 are added where a session is needed, 500 and 503 everywhere. */
  readonly errors: readonly ApiErrorCode[];
  /** Takes an Idempotency-Key. */
  readonly idempotent?: boolean;
}

export const ROUTE_DOCUMENT = 'zoetrope:openapi';

/** Puts a route into /api/openapi.json. A public route without it fails a test. */
export const Documented = (document: RouteDocument) => SetMetadata(ROUTE_DOCUMENT, document);

export const INTERNAL_ROUTE = 'zoetrope:internal';
/** Keeps a route out of /api/openapi.json: it is not for users (`why`: who then calls it). */
export const Internal = (why: string) => SetMetadata(INTERNAL_ROUTE, why);
