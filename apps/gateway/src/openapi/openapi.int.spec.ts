import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RouteTable } from '../http/route-table.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { openApiPath } from './build-openapi.js';
import { RouteCatalog } from './route-catalog.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway.stop());

/** Fastify adds HEAD beside GET; health and figures belong to operators, the dashboard's files to browsers. */
const isNoise = ({ method, pattern }: { method: string; pattern: string }) =>
  method === 'HEAD' ||
  method === 'OPTIONS' ||
  /^\/(health\/|static\/|metrics$)/.test(pattern) ||
  pattern === '*';

it('/docs/errors is a page for anybody, and what an error links to', async () => {
  const missing = await gateway.call('/api/user/me');
  const help = /<([^>]+)>; rel="help"/.exec(missing.headers.get('link') ?? '')?.[1] ?? '';
  const page = await gateway.call(new URL(help).pathname);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.text).toContain(`<section id="${new URL(help).hash.slice(1)}">`);
});

describe('/api/openapi.json', () => {
  it('has every route that Fastify answers, but for those marked internal, and no other', async () => {
    const { json } = await gateway.call('/api/openapi.json');
    const catalog = gateway.service.app.get(RouteCatalog).routes();
    const byRoute = new Map(catalog.map((route) => [`${route.method} ${route.pattern}`, route]));
    const served = gateway.service.app
      .get(RouteTable)
      .routes.filter((route) => !isNoise(route))
      .map(({ method, pattern }) => `${method} ${pattern}`);
    const expected = served.flatMap((name) => {
      const route = byRoute.get(name);
      if (route?.internal) return [];
      if (!route?.document) throw new Error(`${name} is in nobody's document`);
      return [`${route.method.toLowerCase()} ${openApiPath(route)}`];
    });
    const documented = Object.entries<object>(json.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual([...new Set(expected)].sort());
    expect(documented.length).toBeGreaterThan(15);
  });

  it('says what validates: the fields of a regenerate, its errors, its key', async () => {
    const { json } = await gateway.call('/api/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    const { post } = json.paths['/api/assets/{id}/regenerate'];
    const body = post.requestBody;
    expect(body.required).toBe(false);
    expect(Object.keys(body.content['application/json'].schema.properties).sort()).toEqual([
      'dur_seconds',
      'mode',
      'motion',
      'prompt_override',
      'seed',
    ]);
    expect(body.content['application/json'].schema.additionalProperties).toBe(false);
    expect(Object.keys(post.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '404', '409', '413', '415', '422', '429', '503']),
    );
    expect(post.parameters.map(({ name }: { name: string }) => name)).toEqual(['id', 'Idempotency-Key']);
    expect(post.security).toEqual([{ session: [] }, { token: [] }]);
    expect(post.responses['403'].description).toContain('read_only_token');
    expect(json.paths['/api/user/tokens'].get.security).toEqual([{ session: [] }]);
  });
});
