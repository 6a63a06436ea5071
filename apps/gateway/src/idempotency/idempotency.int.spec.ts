import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { KeyAnswered, KeyClaimed } from '@zoetrope/contracts/facts/key';
import { AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { AssetId, CommandId, OwnerId, ProjectId, periodOf } from '@zoetrope/contracts/ids';
import { assetSubject, keySubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { fingerprint } from './keyed.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway.stop());

/** Shortest that the server takes. */
const WINDOW_MS = 100;
const commandId = CommandId.parse(`cmd_${'c'.repeat(32)}`);

const prepared = async () => {
  const person = await gateway.person('pro');
  const projectId = await gateway.project(person.cookie);
  const body = { project_id: projectId, src: 'https://images.example.com/a.png' };
  const { json } = await gateway.call('/api/v1/prepare', { cookie: person.cookie, body });
  return { ...person, projectId, assetId: json.asset_id as string };
};
type Prepared = Awaited<ReturnType<typeof prepared>>;

const keyOf = (id: string, key: string) => keySubject(id, createHash('sha256').update(key).digest('hex'));
/** What a gateway leaves behind that dies right after its claim. */
const claim = async ({ id, assetId }: Prepared, key: string) => {
  const print = fingerprint('POST', `/api/assets/${assetId}/regenerate`, id, {});
  const fact = KeyClaimed({ fingerprint: print, commandId });
  await gateway.service.log.append(keyOf(id, key), fact, { expect: 0, cause: { id: commandId } });
};
const repeat = ({ assetId, cookie }: Prepared, key: string) =>
  gateway.call(`/api/assets/${assetId}/regenerate`, {
    method: 'POST',
    cookie,
    headers: { 'idempotency-key': key },
  });
const requestsOf = (assetId: string) => gateway.service.log.readCurrent(assetSubject(assetId, 'request'));

describe('a repeat of a call whose gateway died', () => {
  it('right after the claim carries the command out, under the claim’s command id', async () => {
    const owner = await prepared();
    await claim(owner, 'died-early');
    const answer = await repeat(owner, 'died-early');
    expect([answer.status, answer.json.generation]).toEqual([200, 2]);
    const facts = await requestsOf(owner.assetId);
    expect(facts).toHaveLength(2);
    expect(facts[1]?.data).toMatchObject({ commandId });
  });

  it('after the request finds it, however many came later, and asks for no second generation', async () => {
    const owner = await prepared();
    await claim(owner, 'died-late');
    const fact = AssetRegenerateRequested({
      assetId: AssetId.parse(owner.assetId),
      projectId: ProjectId.parse(owner.projectId),
      ownerId: OwnerId.parse(owner.id),
      commandId,
      period: periodOf(Date.now()),
      number: 2,
      asked: {},
      requestedBy: 'api',
    });
    const cause = { id: commandId, requestId: 'the-first-try' };
    await gateway.service.log.append(assetSubject(owner.assetId, 'request'), fact, { cause });
    expect((await repeat(owner, 'another')).json.generation).toBe(3);
    const answer = await repeat(owner, 'died-late');
    expect(answer.json).toEqual({
      asset_id: owner.assetId,
      status: 'pending',
      generation: 2,
      request_id: 'the-first-try',
    });
    expect(await requestsOf(owner.assetId)).toHaveLength(3);
    await until('the answer is recorded', async () => {
      const answered = await gateway.service.log.last(keyOf(owner.id, 'died-late'));
      return answered && KeyAnswered.is(answered);
    });
  });
});

describe('a gateway that froze between its claim and its request', () => {
  /** Holds this gateway's next append to a subject back. */
  const freeze = (subject: string) => {
    const { log } = gateway.service;
    const { promise: held, resolve: wake } = Promise.withResolvers<void>();
    const { promise: frozen, resolve: reached } = Promise.withResolvers<void>();
    const { append } = log;
    log.append = async (to, fact, options) => {
      if (to !== subject) return append.call(log, to, fact, options);
      log.append = append;
      reached();
      await held;
      return append.call(log, to, fact, options);
    };
    return { frozen, wake };
  };

  it('finds what a copy did for it meanwhile, also when the broker has forgotten it and others came later', async () => {
    const owner = await prepared();
    const subject = assetSubject(AssetId.parse(owner.assetId), 'request');
    const connection = await connect({ servers: gateway.nats.url });
    const { streams } = await jetstreamManager(connection);
    await streams.update('ASSETS', { duplicate_window: nanos(WINDOW_MS) });
    const other = await gateway.copy();
    const ask = (key: string) =>
      fetch(`http://127.0.0.1:${other.port}/api/assets/${owner.assetId}/regenerate`, {
        method: 'POST',
        headers: { cookie: owner.cookie, 'idempotency-key': key },
      });
    try {
      const { frozen, wake } = freeze(subject);
      const first = repeat(owner, 'frozen');
      await frozen;
      const answers = [await ask('frozen'), await ask('later')];
      const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<unknown>));
      expect(bodies).toMatchObject([{ generation: 2 }, { generation: 3 }]);
      const facts = await requestsOf(owner.assetId);
      await until(
        'the broker has forgotten',
        () => Date.now() > (facts.at(-1)?.meta.ts ?? 0) + 3 * WINDOW_MS,
      );
      wake();
      expect((await first).json).toEqual(bodies[0]);
      expect(await requestsOf(owner.assetId)).toHaveLength(3);
    } finally {
      await other.stop();
      await connection.close();
    }
  });
});

describe('a key', () => {
  it('belongs to its caller: another one’s use of it is another request', async () => {
    const [one, two] = [await prepared(), await prepared()];
    expect((await repeat(one, 'shared')).json.asset_id).toBe(one.assetId);
    expect((await repeat(two, 'shared')).json.asset_id).toBe(two.assetId);
  });

  it('must be printable ASCII of at most 255 characters', async () => {
    const owner = await prepared();
    for (const key of ['two words', 'x'.repeat(256), '']) {
      const answer = await repeat(owner, key);
      expect([answer.status, answer.json.details.formErrors]).toEqual([
        400,
        ['Idempotency-Key must be 1 to 255 printable ASCII characters'],
      ]);
      const offered = answer.headers.get('idempotency-key') ?? '';
      expect(offered).toMatch(/^[0-9a-f-]{36}$/);
      expect((await repeat(owner, offered)).status).toBe(200);
    }
  });

  it('stands for a body whatever the order of its members', () => {
    const a = fingerprint('POST', '/x?y', 'me', { a: 1, b: { c: 2, d: [3] } });
    expect(fingerprint('POST', '/x', 'me', { b: { d: [3], c: 2 }, a: 1 })).toBe(a);
    expect(fingerprint('POST', '/x', 'me', { a: 1, b: { c: 2, d: [4] } })).not.toBe(a);
    expect(fingerprint('POST', '/x', 'you', { a: 1, b: { c: 2, d: [3] } })).not.toBe(a);
  });
});
