import { ErrorBody } from '@zoetrope/contracts/api/common';
import { API_ERRORS, type ApiErrorCode } from '@zoetrope/contracts/errors';
import { z } from 'zod';
import { isSafe } from '../accounts/origin.js';
import { SESSION_COOKIE } from '../accounts/session-cookie.js';
import type { RouteDocument } from './documented.js';
import type { CatalogRoute } from './route-catalog.js';

type Json = Record<string, unknown>;

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1, of what goes in (before defaults) or comes out. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** `/api/assets/:id` as OpenAPI writes it: `/api/assets/{id}`. */
export const openApiPath = (route: Pick<CatalogRoute, 'pattern' | 'document'>): string =>
  route.document?.path ?? route.pattern.replace(/:([A-Za-z_]\w*)/g, '{$1}');

const json = (schema: Json) => ({ 'application/json': { schema } });

const ERROR_CONTENT = {
  ...json({ $ref: '#/components/schemas/Error' }),
  'application/problem+json': { schema: { $ref: '#/components/schemas/Error' } },
};

/** Several codes may share a status: their words and codes are listed in its description. */
function errorResponses(codes: readonly ApiErrorCode[]): Json {
  const byStatus = Map.groupBy(new Set(codes), (code) => API_ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `\`${code}\`: ${API_ERRORS[code].message}`).join('\n\n'),
        content: ERROR_CONTENT,
      },
    ]),
  );
}

function errorsOf({ isPublic, sessionOnly, method, document }: CatalogRoute): ApiErrorCode[] {
  const session: ApiErrorCode[] = isPublic ? [] : ['authentication_required', 'rate_limited'];
  const token: ApiErrorCode[] = sessionOnly
    ? ['session_required']
    : isSafe(method)
      ? []
      : ['read_only_token'];
  return [...session, ...(isPublic ? [] : token), ...(document?.errors ?? []), 'internal', 'unavailable'];
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

const KEY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'The same key and request within 24 hours gives the first success again and is not charged again.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function requestBody({ body, file }: RouteDocument): Json | undefined {
  if (file) {
    const properties = { [file]: { type: 'string', contentMediaType: 'application/octet-stream' } };
    return {
      required: true,
      content: { 'multipart/form-data': { schema: { type: 'object', properties, required: [file] } } },
    };
  }
  if (!body) return undefined;
  return { required: !body.safeParse({}).success, content: json(schemaOf(body, 'input')) };
}

function success({ answer, also = {} }: RouteDocument): Json {
  const media = answer.media ?? 'application/json';
  const schema = answer.schema ? schemaOf(answer.schema, 'output') : undefined;
  const content = schema || answer.media ? { content: { [media]: schema ? { schema } : {} } } : {};
  const others = Object.entries(also).map(([status, description]) => [status, { description }]);
  return { [String(answer.status)]: { description: 'Success', ...content }, ...Object.fromEntries(others) };
}

function operation(route: CatalogRoute, document: RouteDocument): Json {
  const body = requestBody(document);
  const parameters = [
    ...pathParameters(openApiPath(route)),
    ...queryParameters(document.query),
    ...(document.idempotent ? [KEY_PARAMETER] : []),
  ];
  return {
    tags: [route.tag],
    summary: document.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: { ...success(document), ...errorResponses(errorsOf(route)) },
    security: route.isPublic ? [] : [{ session: [] }, ...(route.sessionOnly ? [] : [{ token: [] }])],
  };
}

/** The OpenAPI 3.1 document of every documented route, out of the schemas that validate (PRODUCT 11). */
export function buildOpenApi(routes: readonly CatalogRoute[], publicUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    if (!route.document) continue;
    const path = openApiPath(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, route.document) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Zoetrope', version: '1', description: 'Motion video behind a URL that never changes.' },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: { Error: schemaOf(ErrorBody, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API token, `zt_…`; of scope read for GET and HEAD only.',
        },
      },
    },
  };
}
