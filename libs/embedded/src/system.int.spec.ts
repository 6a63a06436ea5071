/**
 * Real: NATS, PostgreSQL, process supervision, the data folder. Stood in for: our five Node processes, by
 * one small script that keeps the launcher's contract (ready line, PORT, ends with its parent).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pidsWithEnvironment, startTimeOf } from './pids.js';
import type { Status } from './supervised.js';
import { type System, type SystemOptions, startSystem } from './system.js';

const fakeService = `
import { createServer } from 'node:http';
const { PORT, HOST } = process.env;
const server = createServer((request, response) => response.end(JSON.stringify(process.env)));
server.listen(Number(PORT), HOST, () => {
  console.log(JSON.stringify({ level: 30, msg: 'listening' }));
  console.log(JSON.stringify({ ready: true, port: server.address().port }));
});
if (process.env.ZOETROPE_EXIT_WITH_PARENT) process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
`;

let root: string;
let dataDir: string;
let entry: string;
let system: System | undefined;

const start = async (more: Partial<SystemOptions> = {}): Promise<System> => {
  const names = ['local-replicate', 'quota', 'generator', 'notifier', 'gateway'];
  const entries = Object.fromEntries(names.map((name) => [name, entry]));
  system = await startSystem({ dataDir, port: 0, fast: true, entries, ...more });
  return system;
};

const environmentOf = async (url: string): Promise<NodeJS.ProcessEnv> =>
  (await (await fetch(url)).json()) as NodeJS.ProcessEnv;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'zt-system-'));
  dataDir = path.join(root, 'data');
  entry = path.join(root, 'service.mjs');
  await writeFile(entry, fakeService);
});

afterEach(async () => {
  await system?.stop();
  system = undefined;
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe('the whole system from one folder', () => {
  it('starts what the others need first, the gateway last, and tells the services where everything is', async () => {
    const ready: string[] = [];
    const onStatus = (status: Status): void => void (status.state === 'ready' && ready.push(status.part));
    const { url, natsUrl, databaseUrl, rendererUrl, secrets } = await start({ onStatus });
    expect(ready.slice(0, 3).sort()).toEqual(['local-replicate', 'nats', 'postgres']);
    expect(ready.slice(3, 6).sort()).toEqual(['generator', 'notifier', 'quota']);
    expect(ready[6]).toBe('gateway');
    expect(await environmentOf(url)).toMatchObject({
      NATS_URL: natsUrl,
      DATABASE_URL: databaseUrl,
      REPLICATE_BASE_URL: `${rendererUrl}/v1`,
      REPLICATE_API_TOKEN: secrets.rendererToken,
      GATEWAY_URL: url,
      PUBLIC_URL: url.replace('127.0.0.1', 'localhost'),
      OBJECTS_DIR: path.join(dataDir, 'objects'),
      ZOETROPE_DATA: dataDir,
      ZOETROPE_EGRESS_ALLOW: '127.0.0.0/8,::1/128',
      TMPDIR: path.join(dataDir, 'tmp', 'gateway'),
    });
    expect(Buffer.from(secrets.secretKey, 'base64')).toHaveLength(32);
  });

  it('starts again with the same ports and secrets', async () => {
    const first = await start();
    await first.stop();
    const second = await start();
    expect(second.secrets).toEqual(first.secrets);
    expect(second.natsUrl).toBe(first.natsUrl);
    expect(second.databaseUrl).toBe(first.databaseUrl);
  });

  it('restarts whatever is killed, on the same port', async () => {
    const { url, services, servers, natsUrl } = await start();
    for (const part of [services.gateway, servers.nats, servers.postgres, services['local-replicate']]) {
      const before = await part?.up();
      await part?.kill('SIGKILL');
      const after = await part?.up();
      expect(after?.pid).not.toBe(before?.pid);
      expect(after?.port).toBe(before?.port);
    }
    expect((await environmentOf(url)).NATS_URL).toBe(natsUrl);
  });

  it('starts as many copies as asked, each with its own port, log and folder, all restarted and stopped', async () => {
    const running = await start({ copies: { quota: 3, gateway: 2 } });
    expect(running.copies.generator).toEqual([running.services.generator]);
    const copies = [...running.copies.quota, ...running.copies.gateway];
    const ports = await Promise.all(copies.map(async (copy) => (await copy.up()).port));
    expect(new Set(ports).size).toBe(5);
    expect(running.gateways).toEqual([running.url, `http://127.0.0.1:${ports[4]}`]);
    for (const url of running.gateways)
      expect(await environmentOf(url)).toMatchObject({ PUBLIC_URL: running.publicUrl });
    expect(existsSync(path.join(dataDir, 'logs', 'quota-3.log'))).toBe(true);
    await running.copies.quota[2]?.kill();
    expect((await running.copies.quota[2]?.up())?.port).toBe(ports[2]);
    await running.stop();
    expect(pidsWithEnvironment('ZOETROPE_CHILD_OF', dataDir)).toEqual([]);
  });

  it('clears up what a killed service was working on', async () => {
    const { services } = await start();
    const half = path.join(dataDir, 'tmp', 'generator', 'half-a-clip.mp4');
    await writeFile(half, '');
    await services.generator.kill('SIGKILL');
    await services.generator.up();
    expect(existsSync(half)).toBe(false);
    expect(existsSync(path.dirname(half))).toBe(true);
  });

  it('leaves nothing running after stop', async () => {
    const running = await start();
    const services = await Promise.all(Object.values(running.services).map((part) => part.up()));
    const pids = [...services, await running.servers.nats?.up(), await running.servers.postgres?.up()];
    await running.stop();
    for (const part of pids) expect(startTimeOf(part?.pid ?? 0)).toBeUndefined();
    expect(pidsWithEnvironment('ZOETROPE_CHILD_OF', dataDir)).toEqual([]);
    expect(existsSync(path.join(dataDir, 'system.json'))).toBe(false);
  });

  it('starts none of the parts that the environment names real ones for', async () => {
    const { natsUrl, databaseUrl } = await start();
    const env = { NATS_URL: natsUrl, DATABASE_URL: databaseUrl, REPLICATE_API_TOKEN: 'r8_real' };
    const first = system;
    const second = await start({ dataDir: path.join(root, 'external'), env });
    expect(second.servers).toEqual({ nats: undefined, postgres: undefined });
    expect(second.services['local-replicate']).toBeUndefined();
    const seen = await environmentOf(second.url);
    expect(seen).toMatchObject(env);
    expect(seen.REPLICATE_BASE_URL).toBeUndefined();
    expect(seen.GATEWAY_URL).toBe(second.publicUrl);
    await first?.stop();
  });

  it('starts on the same folder after kill -9 of the launcher, with no process left twice', async () => {
    const launcher = path.join(root, 'launcher.mjs');
    const entries = JSON.stringify(
      Object.fromEntries(
        ['local-replicate', 'quota', 'generator', 'notifier', 'gateway'].map((name) => [name, entry]),
      ),
    );
    const module = JSON.stringify(path.join(import.meta.dirname, '..', 'dist', 'system.js'));
    await writeFile(
      launcher,
      `const { startSystem } = await import(${module});
       await startSystem({ dataDir: ${JSON.stringify(dataDir)}, port: 0, fast: true, entries: ${entries} });
       console.log('up');`,
    );
    const child = spawn(process.execPath, [launcher], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const left = pidsWithEnvironment('ZOETROPE_CHILD_OF', dataDir);
    expect(left.length).toBeGreaterThanOrEqual(6);
    const starts = left.map((pid) => startTimeOf(pid));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await start();
    const survivors = left.filter((pid, index) => startTimeOf(pid) === starts[index]);
    expect(survivors).toEqual([]);
  });
});

describe('what a person must put right is one line', () => {
  const linesOf = async (more: Partial<SystemOptions>): Promise<string> => {
    const error = await start(more).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toHaveProperty('name', 'StartFailure');
    return (error as Error).message;
  };

  it('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    other.unref();
    const { port } = other.address() as { port: number };
    expect(await linesOf({ port })).toBe(`port ${port} is in use; start with PORT=${port + 1} npm start`);
  });

  it('two launchers on one folder', async () => {
    await start();
    const second = startSystem({ dataDir, port: 0 });
    await expect(second).rejects.toThrow(`${dataDir} is in use by another start (process ${process.pid})`);
  });

  it.each([
    ['ports.json', '{"nats": "many', 'delete it and start again'],
    ['ports.json', '{"nats": 99999999}', 'delete it and start again'],
    ['secrets.json', '{}', 'restore it from a backup, or move DIR away to begin anew'],
    ['version.json', 'garbage', 'restore it from a backup, or move DIR away to begin anew'],
  ])('a damaged %s', async (name, content, remedy) => {
    await (await start()).stop();
    const file = path.join(dataDir, name);
    const whole = await readFile(file, 'utf8');
    await writeFile(file, content);
    expect(await linesOf({})).toBe(`${file} is damaged: ${remedy.replace('DIR', dataDir)}`);
    await writeFile(file, whole);
  });

  it('a missing piece', async () => {
    const folder = path.join(root, 'pieces');
    await (await start({ dataDir: folder })).stop();
    await rm(path.join(folder, 'nats'), { recursive: true });
    expect(await linesOf({ dataDir: folder })).toMatch(
      /nats is missing: restore it from a backup, or move .* away/,
    );
  });

  it('a folder of a newer Zoetrope', async () => {
    const folder = await mkdtemp(path.join(root, 'newer-'));
    await writeFile(path.join(folder, 'version.json'), '{"layout": 2, "pieces": []}');
    expect(await linesOf({ dataDir: folder })).toMatch(/written by a newer Zoetrope: update this one/);
  });

  it('a folder that is not ours', async () => {
    const folder = await mkdtemp(path.join(root, 'foreign-'));
    await writeFile(path.join(folder, 'holiday.jpg'), '');
    expect(await linesOf({ dataDir: folder })).toMatch(/holds files but no version.json, so it is not ours/);
    expect(existsSync(path.join(folder, 'lock'))).toBe(false);
  });

  it('a service that ends while starting, with its last words and its log', async () => {
    const broken = path.join(root, 'broken.mjs');
    await writeFile(broken, `throw new Error('no such bucket');`);
    const names = { quota: entry, generator: entry, notifier: entry, 'local-replicate': entry };
    const said = await linesOf({ entries: { ...names, gateway: broken } });
    expect(said).toMatch(
      /^gateway ended while starting \(exit code 1\): .*no such bucket — see .*gateway\.log$/,
    );
    expect(pidsWithEnvironment('ZOETROPE_CHILD_OF', dataDir)).toEqual([]);
  });
});
