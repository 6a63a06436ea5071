// Real: three nats-servers. One dies and comes back; what was acknowledged is there meanwhile and afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type NatsCluster, startNatsCluster } from './nats-cluster.js';

let folder: string;
let cluster: NatsCluster;
let connection: NatsConnection;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-cluster-'));
  cluster = await startNatsCluster({ dataDir: folder, sync: 'default', backoffMs: () => 100 });
  connection = await connect({ servers: cluster.url.split(','), maxReconnectAttempts: -1 });
}, 90_000);
afterAll(async () => {
  await connection.close();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

it('keeps three replicas, and goes on while one server is dead', async () => {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const stream = await manager.streams.add({ name: 'S', subjects: ['s'], num_replicas: 3 });
  expect(stream.cluster?.replicas).toHaveLength(2);
  const publish = async () => {
    for (;;) {
      const acknowledged = await jetstream(connection)
        .publish('s', '', { timeout: 2_000 })
        .catch(() => undefined); // no leader for a moment
      if (acknowledged) return acknowledged.seq;
    }
  };
  expect(await publish()).toBe(1);
  const leader = stream.cluster?.leader;
  const index = Number(leader?.slice('nats-'.length)) - 1;
  await cluster.servers[index]?.kill('SIGKILL');
  expect(await publish()).toBeGreaterThanOrEqual(2);
  await cluster.servers[index]?.up();
  expect((await manager.streams.getMessage('S', { seq: 1 }))?.seq).toBe(1);
}, 90_000);
