/** Real: PostgreSQL, its cluster, the kills. Nothing is stood in for. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startTimeOf } from './pids.js';
import { type PostgresServer, startPostgres } from './postgres.js';

let dataDir: string;
let server: PostgresServer;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'zt-pg-'));
  server = await startPostgres({ dataDir });
});

afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const run = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
};

describe('an embedded PostgreSQL', () => {
  it('keeps a committed row through kill -9 and a start on the same port', async () => {
    await run(server.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    const { port, url } = server;
    await server.kill();
    server = await startPostgres({ dataDir, port });
    expect(server.url).toBe(url);
    expect(await run(url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  it('makes a database once, however often and concurrently it is asked', async () => {
    const [url, again] = await Promise.all([server.createDatabase('one'), server.createDatabase('one')]);
    expect(again).toBe(url);
    expect(await server.createDatabase('one')).toBe(url);
    expect(await run(url, 'SELECT current_database() AS name')).toEqual([{ name: 'one' }]);
  });

  it('starts although a server of a dead launcher still runs on the folder', async () => {
    const orphan = server;
    server = await startPostgres({ dataDir });
    expect(startTimeOf(orphan.pid)).toBeUndefined();
    expect(await run(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  it('starts although the lock file names a pid that is somebody else now', async () => {
    await server.kill();
    const lock = path.join(dataDir, 'data', 'postmaster.pid');
    await writeFile(lock, `${process.pid}\n${path.join(dataDir, 'data')}\n`);
    server = await startPostgres({ dataDir });
    expect(await run(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  it('wants fsync unless asked to be fast', async () => {
    expect(await run(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('says in one line that its files are of another version', async () => {
    const other = await mkdtemp(path.join(tmpdir(), 'zt-pg-'));
    const old = await startPostgres({ dataDir: other, fast: true });
    expect(await run(old.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
    await old.stop();
    await writeFile(path.join(other, 'data', 'PG_VERSION'), '15\n');
    await expect(startPostgres({ dataDir: other })).rejects.toThrow(
      `${path.join(other, 'data')} was made by PostgreSQL 15, this is 18: move ${other} away or restore it from a backup`,
    );
    await rm(other, { recursive: true, force: true });
  });
});
