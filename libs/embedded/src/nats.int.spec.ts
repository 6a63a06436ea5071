/** Real: nats-server, its store, the kills. Nothing is stood in for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type NatsServer, startNats } from './nats.js';
import { startTimeOf } from './pids.js';

let dataDir: string;
let server: NatsServer | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'zt-nats-'));
});

afterEach(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const publish = async (url: string, text: string): Promise<void> => {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'FACTS', subjects: ['fact.>'] });
  await jetstream(connection).publish('fact.one', text);
  await connection.close();
};

const stored = async (url: string): Promise<string | undefined> => {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  const message = await manager.streams.getMessage('FACTS', { last_by_subj: 'fact.one' });
  await connection.close();
  return message?.string();
};

describe('an embedded NATS server', () => {
  it('keeps an acknowledged message through kill -9 and a start on the same port', async () => {
    server = await startNats({ dataDir });
    await publish(server.url, 'kept');
    await server.kill();
    const port = server.port;
    server = await startNats({ dataDir, port });
    expect(server.port).toBe(port);
    expect(await stored(server.url)).toBe('kept');
  });

  it('takes ports of its own, so two run at once', async () => {
    server = await startNats({ dataDir: path.join(dataDir, 'a'), sync: 'default' });
    const other = await startNats({ dataDir: path.join(dataDir, 'b'), sync: 'default' });
    expect(other.port).not.toBe(server.port);
    await other.stop();
  });

  it('is gone after stop, and stopping twice is fine', async () => {
    server = await startNats({ dataDir });
    await server.stop();
    await server.stop();
    expect(startTimeOf(server.pid)).toBeUndefined();
  });

  it('says in one line what went wrong when its port is taken', async () => {
    server = await startNats({ dataDir: path.join(dataDir, 'a') });
    const second = startNats({ dataDir: path.join(dataDir, 'b'), port: server.port });
    await expect(second).rejects.toThrow(/^NATS ended while starting .*nats\.log$/);
  });
});
