import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { photoLike } from '@zoetrope/media/testing';
import pg from 'pg';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/**
 * Real: every process, a webhook receiver that counts, the log looked at with NATS's own client. The commands run as an
 * operator runs them, and a preloaded module writes down every connection that they open.
 */
const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-operators-'));
const objects = path.join(folder, 'objects');
const connections = path.join(folder, 'connections.txt');
const preload = path.join(folder, 'note-connections.mjs');

let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;
let doomed: Prepared;
let nats: NatsConnection;
let database: pg.Client;
const received: string[] = [];
const receiver = createServer((request, response) => {
  received.push(String(request.headers['webhook-id']));
  request.resume().on('end', () => response.writeHead(200).end());
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command with a note of every connection it opens. */
const ops = (...args: string[]): Promise<Ran> => {
  writeFileSync(connections, '');
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import ${preload}`,
    NATS_URL: system.natsUrl,
    DATABASE_URL: system.databaseUrl,
    OBJECTS_DIR: objects,
    GATEWAY_URL: system.url,
    ZOETROPE_SECRET_KEY: system.secrets.secretKey,
  };
  const entry = path.join(root, 'apps/operator/dist/main.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [entry, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
};
const connected = () => [...new Set(readFileSync(connections, 'utf8').split('\n').filter(Boolean))];
const portOf = (url: string) => new URL(url).port;

async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !(await look()); await delay(50))
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
}

const STREAMS = ['ASSETS', 'QUOTA', 'TENANTS', 'TIMERS', 'REQUESTS', 'DEADLETTERS'];
/** Last sequence of every stream: another one after anything that was appended. */
const ends = async () => {
  const { streams } = await jetstreamManager(nats);
  return Promise.all(STREAMS.map(async (name) => (await streams.info(name)).state.last_seq));
};

const told = async (id: string, name: string, generation: number) => {
  const watcher = new Watcher(`${system.url}/api/assets/${id}/events`, { cookie: customer.session() });
  await watcher.named(name, generation);
  watcher.stop();
};

beforeAll(async () => {
  chmodSync(folder, 0o711);
  writeFileSync(
    preload,
    `import { subscribe } from 'node:diagnostics_channel';
     import { appendFileSync } from 'node:fs';
     subscribe('net.client.socket', ({ socket }) => socket.on('connect', () =>
       appendFileSync(${JSON.stringify(connections)}, socket.remotePort + '\\n')));`,
  );
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  system = await startTestSystem({ OBJECTS_DIR: objects });
  [nats, database] = [await connect({ servers: system.natsUrl }), new pg.Client(system.databaseUrl)];
  await database.connect();
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  const { port } = receiver.address() as AddressInfo;
  const body = { webhook_url: `http://127.0.0.1:${port}/hook`, webhooks_enabled: true };
  await customer.call('PUT', `/api/projects/${project.id}/webhooks`, { body });
  const src = await customer.upload(await photoLike({ width: 256, height: 256, seed: 6 }));
  const ask = { project_id: project.id, src, mode: 'animate-in', dur_seconds: 2 };
  [asset, doomed] = await Promise.all([customer.prepare(ask), customer.prepare({ ...ask, idem: 'doomed' })]);
  await Promise.all([
    told(asset.asset_id, 'webhook_delivered', 1),
    told(doomed.asset_id, 'webhook_delivered', 1),
  ]);
  await customer.regenerate(asset.asset_id, { motion: 'subtle' });
  await told(asset.asset_id, 'webhook_delivered', 2);
  await customer.call('DELETE', `/api/assets/${doomed.asset_id}`);
}, 180_000);
afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  await nats?.close();
  await database?.end();
  await system?.end();
  rmSync(folder, { recursive: true, force: true });
}, 240_000);

describe('ops replay', () => {
  it('changes nothing when dry, and asks before rows that differ are replaced', async () => {
    await database.query(`UPDATE views.generation SET model = 'p-video' WHERE asset_id = $1 AND number = 1`, [
      asset.asset_id,
    ]);
    const dry = await ops('replay', 'assets', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([1, expect.stringContaining('nothing was changed')]);
    expect(dry.stdout).toContain(
      `generation ${asset.asset_id} 1: model is "p-video", the log says "seedance"`,
    );
    const unasked = await ops('replay', 'assets');
    expect([unasked.code, unasked.stderr]).toEqual([1, expect.stringContaining('add --yes')]);
    const asked = await ops('replay', 'assets', '--yes', '--drop-old', '--json');
    expect([asked.code, JSON.parse(asked.stdout)]).toMatchObject([0, { differences: 1, swapped: true }]);
    const again = await ops('replay', 'assets', '--dry-run', '--json');
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { differences: 0, swapped: false }]);
  }, 240_000);

  it('drops what it kept when it is told to', async () => {
    expect((await ops('replay', 'all')).code).toBe(0);
    const listed = await ops('replay', 'drop-old', '--list', '--json');
    expect(JSON.parse(listed.stdout).kept).toHaveLength(3);
    expect((await ops('replay', 'drop-old')).code).toBe(1);
    expect((await ops('replay', 'drop-old', '--yes')).code).toBe(0);
    const left = await database.query(`SELECT 1 FROM pg_namespace WHERE nspname LIKE 'views\\_%'`);
    expect(left.rows).toEqual([]);
  }, 240_000);
});

interface Difference {
  readonly kind: string;
  readonly where: string;
  readonly what: string;
  readonly fact?: { readonly type: string };
}
const verify = async (...more: string[]): Promise<{ code: number; differences: Difference[] }> => {
  const { code, stdout, stderr } = await ops('verify', '--json', '--settle-seconds', '2', ...more);
  if (stdout === '') throw new Error(stderr);
  return { code, ...JSON.parse(stdout) };
};

/** Puts a fact into the log that no service of ours would have written. */
const forge = async (subject: string, type: string, data: object): Promise<number> => {
  const hdrs = headers();
  const id = `forged-${type}`;
  for (const [name, value] of Object.entries({
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-type': `zoetrope.${type}.v1`,
    'ce-source': '/zoetrope/quota',
    'ce-time': new Date().toISOString(),
    'ce-causationid': id,
  }))
    hdrs.set(name, value);
  return (await jetstream(nats).publish(subject, JSON.stringify(data), { headers: hdrs })).seq;
};

describe('ops verify', () => {
  it('finds nothing where nothing is wrong: rows, ledgers, objects, URLs, a deleted asset', async () => {
    const { code, stdout } = await ops('verify', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ differences: [], urls: 2, unchecked: {} });
    expect(code).toBe(0);
  }, 240_000);

  it('finds three things that were spoilt on purpose, and names the fact that says otherwise', async () => {
    const { rows } = await database.query<{ key: string }>(
      'SELECT key FROM views.generation WHERE asset_id = $1 AND number = 1',
      [asset.asset_id],
    );
    const [older] = rows as [{ key: string }];
    // 1: a row. 2: one byte of an object. 3: a charge that is given back in the ledger.
    await database.query(
      `UPDATE views.charge SET state = 'released' WHERE asset_id = $1 AND generation = 2`,
      [asset.asset_id],
    );
    const file = path.join(objects, 'data', older.key);
    const good = readFileSync(file);
    chmodSync(file, 0o644);
    writeFileSync(file, Buffer.from(good.map((byte, at) => (at === 1_000 ? byte ^ 1 : byte))));
    const { rows: charges } = await database.query(
      'SELECT owner_id, period FROM views.charge WHERE asset_id = $1 AND generation = 1',
      [asset.asset_id],
    );
    const ledger = `quota.${charges[0].owner_id}.${charges[0].period}`;
    const { streams } = await jetstreamManager(nats);
    const consumer = await jetstream(nats).consumers.get('QUOTA', { filter_subjects: [ledger] });
    const reserved = (await consumer.next())?.json<Record<string, unknown>>();
    const { commandId, assetId, projectId, generation, requestSeq } = reserved ?? {};
    const entry = { commandId, assetId, projectId, generation, requestSeq };
    const seq = await forge(ledger, 'GenerationReleased', { ...entry, reason: 'failed' });
    await until('the views have heard of it', async () => {
      const found = await database.query(
        `SELECT position FROM views.projection_position WHERE stream = 'QUOTA'`,
      );
      return Number(found.rows[0].position) >= seq;
    });
    const { code, differences } = await verify();
    expect(code).toBe(1);
    expect(differences).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'row',
          where: `views.charge ${asset.asset_id} 2`,
          what: 'state differs',
          fact: expect.objectContaining({ type: 'GenerationCharged' }),
        }),
        expect.objectContaining({
          kind: 'object',
          where: older.key,
          what: 'has other bytes',
          fact: expect.objectContaining({ type: 'Mp4Stored' }),
        }),
        expect.objectContaining({
          kind: 'ledger',
          where: ledger,
          what: expect.stringContaining('is released a second time'),
          fact: expect.objectContaining({ type: 'GenerationReleased', seq }),
        }),
      ]),
    );
    // Nothing but those three.
    expect(differences).toHaveLength(3);
    const { code: shown, stdout } = await ops('verify');
    expect([shown, stdout]).toEqual([1, expect.stringMatching(/3 differences\n$/)]);
    expect(stdout).not.toContain('\u001b[');
    writeFileSync(file, good);
    await streams.deleteMessage('QUOTA', seq);
    expect((await ops('replay', 'charges', '--yes', '--drop-old')).code).toBe(0);
    expect(await verify()).toMatchObject({ code: 0, differences: [] });
  }, 240_000);

  it('finds a URL that serves other bytes than the log says', async () => {
    // A cache in front that spoils what passes through it.
    const spoiler = createServer(async (request, response) => {
      const answer = await fetch(`${system.url}${request.url}`);
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(body.map((byte, at) => (at === 0 ? byte ^ 1 : byte))));
    });
    await new Promise<void>((resolve) => spoiler.listen(0, '127.0.0.1', resolve));
    const { port } = spoiler.address() as AddressInfo;
    const { code, differences } = await verify('--url', `http://127.0.0.1:${port}`);
    spoiler.close();
    spoiler.closeAllConnections();
    expect([code, differences]).toEqual([
      1,
      [
        expect.objectContaining({
          kind: 'url',
          what: 'has other bytes',
          fact: expect.objectContaining({ type: 'GenerationReady' }),
        }),
      ],
    ]);
  }, 240_000);
});

describe('ops dead, lag and replay webhooks', () => {
  it('lists what was given up, shows why, tries it again and drops it', async () => {
    expect(await ops('dead', 'list')).toMatchObject({ code: 0, stdout: 'nothing was given up\n' });
    const subject = `asset.${asset.asset_id.slice(0, 2)}.${asset.asset_id}.generation`;
    const seq = await forge(subject, 'Mp4Stored', { assetId: asset.asset_id, generation: 'none' });
    const listed = async () => JSON.parse((await ops('dead', 'list', '--json')).stdout) as { id: number }[];
    let letters = await listed();
    await until('somebody gave it up', async () => {
      letters = await listed();
      return letters.length > 0;
    });
    const [{ id }] = letters as [{ id: number }];
    const { stdout } = await ops('dead', 'show', String(id));
    expect(stdout).toContain(`ASSETS ${seq} on ${subject}`);
    expect(stdout).toContain('"generation":"none"');
    const again = await ops('dead', 'retry', String(id), '--json');
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([1, [{ id, outcome: 'failed again' }]]);
    const buried = JSON.parse(again.stdout)[0].buried;
    expect((await ops('dead', 'drop', String(buried))).code).toBe(1);
    expect((await ops('dead', 'drop', String(buried), '--yes')).code).toBe(0);
    expect((await listed()).map((one) => one.id)).not.toContain(buried);
    expect((await ops('dead', 'show', '999999')).code).toBe(1);
    expect((await ops('dead', 'retry')).code).toBe(2);
    await (await jetstreamManager(nats)).streams.deleteMessage('ASSETS', seq);
    await ops('dead', 'drop', '--all', '--yes');
  }, 240_000);

  it('tells what waits for whom', async () => {
    const { code, stdout } = await ops('lag', '--json', '--max', '1000');
    const { consumers, projections, dead_letters } = JSON.parse(stdout);
    expect([code, dead_letters]).toEqual([0, 0]);
    const names = consumers.map(({ durable }: { durable: string }) => durable);
    expect(names).toEqual(expect.arrayContaining(['quota-decide', 'generator-due', 'notifier-webhooks']));
    expect(projections).toMatchObject([{ projection: 'assets', stream: 'ASSETS' }, {}, {}]);
  }, 240_000);

  it('sends the webhooks of a range again under their ids, once for one command, and none when dry', async () => {
    const range = ['webhooks', '--from', '2020-01-01', '--to', String(Date.now() + 1_000)];
    const before = [...received];
    const dry = await ops('replay', ...range, '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      count: 2,
      projects: 1,
      by_status: { delivered: 2 },
      sent: false,
    });
    expect((await ops('replay', ...range)).code).toBe(1);
    expect(received).toEqual(before);
    expect((await ops('replay', ...range, '--yes')).code).toBe(0);
    await until('they came again', () => received.length === before.length + 2);
    expect(received.slice(before.length).every((id) => before.includes(id))).toBe(true);
    // The views have to hear of it, or they would be left out as on their way.
    await until(
      'both are delivered',
      async () => JSON.parse((await ops('replay', ...range, '--dry-run', '--json')).stdout).count === 2,
    );
    expect((await ops('replay', ...range, '--yes')).code).toBe(0);
    expect((await ops('replay', ...range, '--yes', '--again')).code).toBe(0);
    await until('they came once more', () => received.length === before.length + 4);
    expect((await ops('replay', 'webhooks', '--from', 'yesterday', '--to', '1')).code).toBe(2);
  }, 240_000);
});

describe('a full replay', () => {
  it('makes every read model again, and appends no fact and asks nobody outside', async () => {
    // Nobody else may append while it is watched; the gateway stays, since it projects.
    const { quota, generator, notifier } = system.services;
    await Promise.all([quota.stop(), generator.stop(), notifier.stop()]);
    let published = 0;
    const before = await ends();
    const everything = nats.subscribe('>', {
      callback: (_, { subject, reply }) => {
        // What a consumer is brought comes under the fact's own subject.
        if (reply?.startsWith('$JS.ACK')) return;
        if (/^(asset|quota|account|project|endpoint|key|timer|due|dead)\./.test(subject)) published++;
      },
    });
    await nats.flush();
    const webhooks = received.length;
    const { code, stdout, stderr } = await ops('replay', 'all', '--json');
    await nats.flush();
    everything.unsubscribe();
    expect([code, stderr]).toEqual([0, '']);
    const replayed = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(replayed.map(({ projection }) => projection)).toEqual(['assets', 'charges', 'projects']);
    for (const one of replayed) expect(one).toMatchObject({ differences: 0, swapped: true });
    expect(replayed[0].facts).toBeGreaterThan(40);
    expect(await ends()).toEqual(before);
    expect([published, received.length]).toEqual([0, webhooks]);
    const allowed = [portOf(system.natsUrl), portOf(system.databaseUrl)];
    expect(connected().filter((port) => !allowed.includes(port))).toEqual([]);
    // Had it asked somebody, this would have noticed: verify asks the gateway.
    await ops('verify');
    expect(connected()).toContain(portOf(system.url));
  }, 240_000);
});
