import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@zoetrope/eventlog/testing/until';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';

/** Real servers, stopped one after the other: embeds must survive both. */
let gateway: GatewayUnderTest;
let pipeline: Pipeline;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  pipeline = await Pipeline.beside(gateway);
});
afterAll(async () => {
  await gateway?.stop();
});

it('without the log PostgreSQL says what is served, not storable; without both the last known, marked so', async () => {
  const person = await gateway.person('pro');
  const projectId = await gateway.project(person.cookie);
  const body = { allowed_origins: ['ex.com'] };
  await gateway.call(`/api/projects/${projectId}/proxy-config`, {
    method: 'PUT',
    cookie: person.cookie,
    body,
  });
  const { proxy_key } = (await gateway.call(`/api/projects/${projectId}`, { cookie: person.cookie })).json;
  const path = `/v1/${proxy_key}/ex.com/a.png.mp4`;
  const id = (await gateway.call(path)).json.asset_id as string;
  const video = bytesOf(id);
  await pipeline.make(id, 1, video);
  await gateway.call(`/api/assets/${id}`, { cookie: person.cookie }); // waits until the views have it
  await pipeline.stop();

  const ask = async () => {
    const response = await fetch(`${gateway.url}${path}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const { headers, status } = response;
    return {
      status,
      same: bytes.equals(video),
      caching: headers.get('cache-control'),
      from: headers.get('cache-status'),
    };
  };
  await gateway.nats.kill('SIGKILL');
  const fromDatabase = await until('the lease has lapsed', async () => {
    const answer = await ask();
    return answer.from?.includes('database') && answer;
  });
  expect(fromDatabase).toMatchObject({
    status: 200,
    same: true,
    caching: 'private, max-age=0, must-revalidate',
  });

  // PostgreSQL may lack what the log has: it cannot say that there is no such asset, and nothing is started on its word.
  for (const method of ['GET', 'HEAD'])
    expect((await fetch(`${gateway.url}${path}?seed=5`, { method })).status).toBe(503);

  await gateway.postgres.kill('SIGKILL');
  const lastKnown = await until('nobody can be asked', async () => {
    const answer = await ask();
    return answer.from?.includes('last-known') && answer;
  });
  expect(lastKnown).toMatchObject({ status: 200, same: true, caching: 'no-store' });
  expect((await fetch(`${gateway.url}${path}?seed=5`)).status).toBe(503);
}, 60_000);
