import type { GatewayUnderTest } from './gateway-under-test.js';

/** Somebody with a project whose proxy URLs take sources of ex.com, and ways to ask for `ex.com/a.png` through it. */
export async function openShop(
  gateway: GatewayUnderTest,
  plan: 'free' | 'pro' = 'pro',
  config: Record<string, unknown> = {},
) {
  const person = await gateway.person(plan);
  const projectId = await gateway.project(person.cookie);
  const body = { allowed_origins: ['https://ex.com'], ...config };
  await gateway.call(`/api/projects/${projectId}/proxy-config`, {
    method: 'PUT',
    cookie: person.cookie,
    body,
  });
  const key = (await gateway.call(`/api/projects/${projectId}`, { cookie: person.cookie })).json.proxy_key;
  const url = (query = '', format = 'mp4') => `/v1/${key}/ex.com/a.png.${format}${query}`;
  const get = (query = '', headers: Record<string, string> = {}, method = 'GET') =>
    gateway.call(url(query), { headers, method });
  return { ...person, projectId, key, url, get };
}
