import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { Customer } from '../support/customer.ts';
import { type KeyedCall, type Sent, send, sendUntilDecided } from '../support/keyed-call.ts';
import { RawLog } from '../support/raw-log.ts';
import type { Results } from '../support/results.ts';
import { reported, type Soak, soakCommand, wholeNumber } from '../support/soak.ts';
import type { SoakSystem } from '../support/system.ts';
import { picture, uploadUnder } from './calls.ts';
import { effects, expectEffects } from './effects.ts';

interface Options {
  readonly copies: number;
  readonly rounds: number;
  readonly only?: string;
}

/** Every model is the renderer's fixture: no clip is rendered, all else is real. */
const fixtures = {
  ZOETROPE_MODEL_WAN_FAST: 'zoetrope/fixture',
  ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture',
  ZOETROPE_MODEL_P_VIDEO: 'zoetrope/fixture',
};
/** The limits as they are shipped: copies of one call must not trip them. */
const shippedLimits = { RATE_PREPARE: '', RATE_OTHER: '' };

const command = new Command('soak:idempotency')
  .description(
    'One call under one Idempotency-Key has one effect and one answer: copies of it at once through two gateways, ' +
      'and gateways that are killed with SIGKILL before and after each of their appends. Effects are counted in the log.',
  )
  .option('--copies <n>', 'copies of one call at once', wholeNumber, 200)
  .option('--rounds <n>', 'how often each point of death is tried', wholeNumber, 2)
  .option('--only <kind>', 'one kind of call: regenerate, prepare, many or upload');

interface Stage {
  readonly system: SoakSystem;
  readonly log: RawLog;
  readonly customer: Customer;
  readonly results: Results;
  readonly dieAt: string;
}

/** Calls by the facts that their gateway appends, and how many generations each asks for. */
const kinds = [
  { kind: 'regenerate', facts: ['KeyClaimed', 'AssetRegenerateRequested', 'KeyAnswered'], makes: 1 },
  { kind: 'prepare', facts: ['KeyClaimed', 'AssetPrepared', 'KeyAnswered'], makes: 1 },
  {
    kind: 'many',
    facts: ['KeyClaimed', 'KeyPlanned', 'AssetRegenerateRequested#2', 'KeyAnswered'],
    makes: 3,
  },
  { kind: 'upload', facts: ['KeyClaimed', 'KeyAnswered'], makes: 0 },
] as const;
type Kind = (typeof kinds)[number]['kind'];

let keys = 0;

async function callOf(kind: Kind, { customer }: Stage, assets: readonly string[]): Promise<KeyedCall> {
  const key = `soak-${++keys}`;
  const { projectId } = customer;
  if (kind === 'upload') return uploadUnder(key);
  if (kind === 'regenerate')
    return { path: `/api/assets/${assets[0]}/regenerate`, key, body: { motion: 'subtle' } };
  if (kind === 'many')
    return {
      path: `/api/projects/${projectId}/regenerate`,
      key,
      body: { filter: { ids: assets.slice(0, 3) } },
    };
  const src = await customer.upload(picture);
  return { path: '/api/v1/prepare', key, body: { project_id: projectId, src, dur_seconds: 2, idem: key } };
}

function judge(results: Results, what: string, answers: readonly Sent[]): void {
  const texts = new Set(answers.map(({ status, text }) => `${status} ${text}`));
  const bad = answers.filter(({ status }) => status !== 200 && status !== 201);
  results.rule(
    `${what}: every copy is answered`,
    bad.map(({ status, text }) => `${status} ${text}`),
  );
  if (texts.size !== 1)
    results.violation(`${what}: ${texts.size} different answers: ${[...texts].slice(0, 2).join(' | ')}`);
}

async function copiesAtOnce(
  stage: Stage,
  kind: Kind,
  makes: number,
  assets: readonly string[],
  copies: number,
) {
  const { system, log, customer, results } = stage;
  const call = await callOf(kind, stage, assets);
  const before = await effects(log, customer);
  const began = performance.now();
  const answers = await Promise.all(
    Array.from({ length: copies }, (_, n) =>
      sendUntilDecided([...system.gateways.slice(n % 2), ...system.gateways.slice(0, n % 2)], customer, call),
    ),
  );
  const ms = Math.round(performance.now() - began);
  judge(results, `${copies} copies of ${kind}`, answers);
  const fresh = answers.filter(({ replayed }) => !replayed).length;
  if (fresh !== 1)
    results.violation(`${copies} copies of ${kind}: ${fresh} of them are not marked as replayed`);
  await expectEffects(
    log,
    customer,
    { before, expected: makes, what: `${copies} copies of ${kind}` },
    results,
  );
  const equal = new Set(answers.map(({ status, text }) => `${status} ${text}`)).size === 1;
  results.figure(
    `${copies} copies of ${kind}`,
    `${equal ? 'equal' : 'different'} answers, ${fresh} fresh, ${ms} ms`,
  );
}

async function deathAt(stage: Stage, kind: Kind, point: string, makes: number, assets: readonly string[]) {
  const { system, log, customer, results, dieAt } = stage;
  const call = await callOf(kind, stage, assets);
  const before = await effects(log, customer);
  const what = `${kind}, killed ${point}`;
  const deaths = system.gateways.length;
  writeFileSync(dieAt, point);
  const first = await send(system.gateways[0] ?? '', customer, call);
  const repeats = await Promise.all(
    Array.from({ length: deaths }, (_, n) =>
      sendUntilDecided(n === 0 ? system.gateways : system.gateways.toReversed(), customer, call),
    ),
  );
  await Promise.all(system.copies.gateway.map((copy) => copy.up()));
  if (armed(dieAt)) results.violation(`${what}: the point was never reached, so nothing was shown`);
  judge(results, what, [...repeats, ...(first && first.status < 300 ? [first] : [])]);
  await expectEffects(log, customer, { before, expected: makes, what }, results);
}

function armed(file: string): boolean {
  try {
    rmSync(file);
    return true;
  } catch {
    return false; // whoever died has taken it away
  }
}

async function run({ options, results, start }: Soak<Options>): Promise<void> {
  const dieAt = path.join(tmpdir(), `zoetrope-die-at-${process.pid}`);
  const system = await start({
    env: { ...fixtures, ...shippedLimits, RATE_REGENERATE: '300', ZOETROPE_DIE_AT: dieAt },
    copies: { gateway: 2 },
    entries: { gateway: path.join(import.meta.dirname, 'dying-gateway.mjs') },
  });
  const log = await RawLog.open(system.natsUrl);
  try {
    const customer = await Customer.signUp(system, 'team');
    const stage = { system, log, customer, results, dieAt };
    const src = await customer.upload(picture);
    const prepared = [0, 1, 2].map((n) => customer.prepare({ src, dur_seconds: 2, idem: `a${n}` }));
    const assets = (await Promise.all(prepared)).map(({ body }) => body.asset_id);
    const chosen = kinds.filter(({ kind }) => options.only === undefined || options.only === kind);
    for (const { kind, makes } of chosen) {
      await reported(results, () => copiesAtOnce(stage, kind, makes, assets, options.copies));
      results.note(`${options.copies} copies of ${kind}`);
    }
    let tried = 0;
    for (let round = 0; round < options.rounds; round++) {
      for (const { kind, facts, makes } of chosen) {
        const points = facts.flatMap((fact) => [`before ${fact}`, `after ${fact}`]);
        for (const point of points) {
          await reported(results, () => deathAt(stage, kind, point, makes, assets));
          tried += 1;
        }
        results.note(`killed at ${points.length} points of ${kind}`);
      }
    }
    results.figure('gateways killed', tried);
  } finally {
    await log.close();
    rmSync(dieAt, { force: true });
  }
}

await soakCommand<Options>(command, run);
