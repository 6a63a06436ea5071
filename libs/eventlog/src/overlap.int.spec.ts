import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '@zoetrope/contracts/fact';
import { FACTS } from '@zoetrope/contracts/facts/registry';
import { STREAMS, type StreamName } from '@zoetrope/contracts/streams';
import { startNats } from '@zoetrope/embedded/nats';
import { startNatsCluster } from '@zoetrope/embedded/nats-cluster';
import { connectLog } from './connect.js';
import type { Appended, EventLog } from './event-log.js';
import { streamOf } from './streams.js';
import { OPTIMISTIC_APPENDS, type OptimisticAppend } from './testing/every-append.js';

/**
 * Real: one nats-server, then three as a cluster; two connections of one service, as two copies have them. Races of every
 * optimistic append that a service of ours makes, for each opponent: the same append of the other copy, and one without
 * expectation, which nobody may stop. Told afterwards from all that the stream holds. `OVERLAP_RACES=1000` runs a thousand
 * of each kind against each opponent; without it a thousand and more come together over all kinds.
 */
const RACES = Number(process.env.OVERLAP_RACES ?? 120);
/** A batch costs the broker ten times as much. */
const BATCH_RACES = Number(process.env.OVERLAP_RACES ?? 30);
/** The broker takes 50 open batches. */
const AT_ONCE = 24;

type Opponent = 'itself' | 'plain';
interface Entry {
  readonly how: 'append' | 'batch' | 'plain';
  /** The sequence that it expects to be the subject's last. */
  readonly expect: number;
  readonly ids: readonly string[];
  readonly outcome: Appended['kind'];
}
interface Race {
  readonly subject: string;
  readonly entries: readonly Entry[];
}
interface Copies {
  readonly one: EventLog;
  readonly other: EventLog;
}

/** One append in one of the ways there are; two facts where it is a batch. */
async function enter(
  log: EventLog,
  { fact, subject }: OptimisticAppend,
  name: string,
  who: string,
  how: Entry['how'],
  expect: number,
): Promise<Entry> {
  const to = subject(name);
  const cause = { id: `${name} by ${who}` };
  const outcome =
    how === 'batch'
      ? await log.appendAll(
          to,
          [
            { fact: fact(name), cause, key: '1' },
            { fact: fact(name), cause, key: '2' },
          ],
          expect,
        )
      : await log.append(to, fact(name), how === 'plain' ? { cause } : { cause, expect });
  const ids = outcome.kind === 'appended' ? [outcome.id] : [];
  return { how, expect, ids, outcome: outcome.kind };
}

/** Every other race is for a subject's first fact, the others for its next. */
async function race(
  { one, other }: Copies,
  append: OptimisticAppend,
  n: number,
  ways: readonly [Entry['how'], Entry['how']],
): Promise<Race> {
  const name = `${append.kind} ${ways.join(' ')} ${n}`;
  const subject = append.subject(name);
  let expect = 0;
  if (n % 2 === 1) {
    const first = await one.append(subject, append.fact(name), {
      expect: 0,
      cause: { id: `${name} before` },
    });
    if (first.kind !== 'appended') throw new Error(`${subject} is not new`);
    expect = first.seq;
  }
  // Who is asked first takes turns.
  const [left, right] = n % 4 < 2 ? [one, other] : [other, one];
  const entries = await Promise.all([
    enter(left, append, name, 'the one', ways[0], expect),
    enter(right, append, name, 'the other', ways[1], expect),
  ]);
  return { subject, entries };
}

async function races(copies: Copies, append: OptimisticAppend, ways: readonly [Entry['how'], Entry['how']]) {
  const run: Race[] = [];
  const count = ways[0] === 'batch' ? BATCH_RACES : RACES;
  const worker = async (from: number) => {
    for (let n = from; n < count; n += AT_ONCE) run.push(await race(copies, append, n, ways));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => worker(n)));
  return run;
}

/** What stands on each subject of a stream, in order. */
async function subjectsOf(
  log: EventLog,
  stream: StreamName,
): Promise<Map<string, { seq: number; id: string }[]>> {
  const subjects = new Map<string, { seq: number; id: string }[]>();
  const follow = await log.follow(stream, { from: 'start' }, async ({ meta: { subject, seq, id } }) => {
    const facts = subjects.get(subject) ?? [];
    subjects.set(subject, facts);
    facts.push({ seq, id });
  });
  await follow.caughtUp;
  await follow.stop();
  return subjects;
}

/** Who was told "appended" with an expectation stands right after what it expected, and all that stands was told so. */
function wrongly({ subject, entries }: Race, facts: readonly { seq: number; id: string }[]): string[] {
  const said = entries.map(({ how, expect, outcome }) => `${how} after ${expect} ${outcome}`).join(', ');
  const wrong: string[] = [];
  const accepted = entries.filter(({ outcome }) => outcome === 'appended');
  if (accepted.filter(({ how }) => how !== 'plain').length > 1)
    wrong.push(`${subject}: both accepted (${said})`);
  for (const { how, expect, ids } of accepted) {
    const at = facts.findIndex(({ id }) => id === ids[0]);
    const first = how === 'batch' ? at - 1 : at;
    if (at < 0) wrong.push(`${subject}: accepted and not there (${said})`);
    else if (how !== 'plain' && (facts[first - 1]?.seq ?? 0) !== expect)
      wrong.push(`${subject}: accepted after ${facts[first - 1]?.seq ?? 0} (${said})`);
  }
  const size = (how: Entry['how']) => (how === 'batch' ? 2 : 1);
  const told = accepted.reduce((sum, { how }) => sum + size(how), entries[0]?.expect === 0 ? 0 : 1);
  if (facts.length !== told) wrong.push(`${subject}: ${facts.length} facts, ${told} were told of (${said})`);
  return wrong;
}

const OPPONENTS: readonly { against: Opponent; ways: readonly [Entry['how'], Entry['how']] }[] = [
  { against: 'itself', ways: ['append', 'append'] },
  { against: 'plain', ways: ['append', 'plain'] },
];
const BATCHES = [
  ['batch', 'batch'],
  ['batch', 'append'],
  ['batch', 'plain'],
] as const;

const modes = [
  ['R1', 1],
  ['R3', 3],
] as const;

describe.each(modes)('an append that expects a version, on %s', (_, replicas) => {
  let folder: string;
  let broker: { readonly url: string; stop(): Promise<void> };
  const logs = new Map<Service, Copies>();
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-overlap-'));
    const options = { dataDir: folder, sync: 'default' } as const;
    broker = replicas === 1 ? await startNats(options) : await startNatsCluster(options);
    for (const service of new Set(OPTIMISTIC_APPENDS.map(({ service }) => service))) {
      const connect = () => connectLog(broker.url, { service, replicas, timeoutMs: 20_000 });
      const copies = { one: await connect(), other: await connect() };
      logs.set(service, copies);
    }
    await logs.get('gateway')?.one.ensureStreams();
  }, 120_000);
  afterAll(async () => {
    for (const { one, other } of logs.values()) await Promise.all([one.close(), other.close()]);
    await broker?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it.each(OPTIMISTIC_APPENDS)(
    `of $kind is never accepted twice, nor beside a plain one, in ${RACES} races against each`,
    async (append) => {
      const copies = logs.get(append.service) as Copies;
      const run: Race[] = [];
      const batches = append.kind === 'quota' ? BATCHES : [];
      for (const ways of [...OPPONENTS.map((opponent) => opponent.ways), ...batches])
        run.push(...(await races(copies, append, ways)));
      const facts = await subjectsOf(copies.one, streamOf(append.subject('')));
      expect(run.flatMap((one) => wrongly(one, facts.get(one.subject) ?? []))).toEqual([]);
      // Each side wins some of them, or they were no races.
      const won = run.filter(({ entries }) => entries[0]?.outcome === 'appended').length;
      expect([won > 0, won < run.length]).toEqual([true, true]);
    },
    120_000,
  );
});

it('covers every stream that facts are appended to', () => {
  const raced = new Set(OPTIMISTIC_APPENDS.map(({ subject }) => streamOf(subject('a'))));
  expect(Object.keys(STREAMS).filter((name) => !raced.has(name as StreamName))).toEqual([
    'TIMERS',
    'DEADLETTERS',
  ]);
  const writers = new Set([...FACTS.values()].flatMap(({ writers }) => writers));
  expect(
    [...writers].filter((writer) => !OPTIMISTIC_APPENDS.some(({ service }) => service === writer)),
  ).toEqual([]);
});
