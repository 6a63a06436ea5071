import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Fact } from '../support/raw-log.ts';
import type { Renderer } from '../support/renderer.ts';
import type { Results } from '../support/results.ts';
import { accepted, refused, type Told } from './asking.ts';
import { LedgerCheck, nameOf, type Tally } from './ledger-check.ts';
import { ledgerOf, type Shop } from './shop.ts';
import { checkTerms } from './terms-check.ts';

/** Longest silence of the whole log while something is open. A killed copy's messages come again after 15 s. */
const SILENCE_MS = 60_000;

/** Waits until every reservation came to an end; says so when the log stands still before. */
export async function settled(shop: Shop, results: Results): Promise<void> {
  let [seen, since] = ['', performance.now()];
  for (;;) {
    const now = await lastSequences(shop);
    if (now !== seen) {
      [seen, since] = [now, performance.now()];
      if (LedgerCheck.of(await ledgerOf(shop)).open.length === 0) return;
    }
    if (performance.now() - since > SILENCE_MS) {
      results.rule('every reservation comes to an end', LedgerCheck.of(await ledgerOf(shop)).open);
      return;
    }
    await delay(200); // the log is looked at again
  }
}

async function lastSequences({ log }: Shop): Promise<string> {
  const manager = await jetstreamManager(log.connection);
  const infos = await Promise.all(['ASSETS', 'QUOTA'].map((stream) => manager.streams.info(stream)));
  return infos.map(({ state }) => state.last_seq).join(' ');
}

/** Everything that can be said once nothing is in flight any more. */
export async function checkEnding(
  shop: Shop,
  told: readonly Told[],
  renderer: Renderer,
  results: Results,
): Promise<void> {
  const { log, customer } = shop;
  const [ledger, assets, tenants] = [
    await ledgerOf(shop),
    await log.read('ASSETS'),
    await log.read('TENANTS'),
  ];
  const tally = LedgerCheck.of(ledger);
  results.rule('at no sequence of the ledger is used + reserved over the limit', tally.violations);
  results.figure(
    'ledger',
    `${ledger.length} facts, at most ${tally.peak} used + reserved, ${tally.overage} overage`,
  );
  checkAnswers(shop, told, tally, results);
  checkTerms(ledger, assets, tenants, customer, results);
  checkCharges(assets, tally, results);
  await checkPredictions(renderer, assets, tally, results);
  await checkExplained(shop, tally, results);
  results.rule(
    'no message is given up',
    (await log.read('DEADLETTERS')).map(({ subject }) => subject),
  );
}

/** Planted entries and first generations were not asked for through the gateways. */
const asksOf = (shop: Shop, facts: Iterable<Fact>): Fact[] =>
  [...facts].filter(({ data }) => shop.assets.includes(String(data.assetId)) && Number(data.generation) > 1);

/** Who was told 200 has a reservation, and no reservation is there that nobody was told of. */
function checkAnswers(shop: Shop, told: readonly Told[], tally: Tally, results: Results): void {
  const names = accepted(told).map(({ assetId, generation }) => `${assetId}/${generation}`);
  const reserved = new Set(asksOf(shop, tally.reserved.values()).map(nameOf));
  results.rule(
    'who was accepted has a reservation',
    names.filter((name) => !reserved.has(name)),
  );
  results.rule(
    'each is told of one generation',
    names.filter((name, at) => names.indexOf(name) !== at),
  );
  results.rule(
    'who has a reservation was told so',
    [...reserved].filter((name) => !names.includes(name)),
  );
  if (tally.denied.length < refused(told).length)
    results.violation(`${refused(told).length} were refused, the ledger denied ${tally.denied.length}`);
}

/** Only a failure, and an explicit cancel before the first prediction was recorded, are not charged (PRODUCT 3.2). */
function checkCharges(assets: readonly Fact[], tally: Tally, results: Results): void {
  const free = (fact: Fact) =>
    fact.type === 'GenerationFailed' ||
    (fact.type === 'GenerationCancelled' &&
      fact.data.reason !== 'superseded' &&
      fact.data.predicted !== true);
  const ends = assets.filter(({ type }) => /^(Mp4Stored|GenerationFailed|GenerationCancelled)$/.test(type));
  const first = new Map<string, Fact>();
  for (const fact of ends) if (!first.has(nameOf(fact))) first.set(nameOf(fact), fact);
  const wrong = [...first.values()].filter((fact) =>
    free(fact) ? !tally.released.has(nameOf(fact)) : !tally.charged.has(nameOf(fact)),
  );
  results.figure('charged, given back', `${tally.charged.size}, ${tally.released.size}`);
  results.rule(
    'what was stored or superseded is charged, what failed or was cancelled in time is not',
    wrong.map((fact) => `${nameOf(fact)} ${fact.type}`),
  );
}

/** Counted in the renderer's journal: nobody renders for a refused request, nor the same attempt twice. */
async function checkPredictions(
  renderer: Renderer,
  assets: readonly Fact[],
  tally: Tally,
  results: Results,
): Promise<void> {
  const asked = await renderer.asked();
  const attempts = asked.map(({ stage, attempt }) => `${stage}/${attempt}`);
  const generation = (stage: string) => stage.slice(0, stage.lastIndexOf('/'));
  const stored = assets.filter(({ type }) => type === 'Mp4Stored').map(nameOf);
  const rendered = new Set(asked.map(({ stage }) => generation(stage)));
  results.figure('predictions in the renderer’s journal', `${asked.length} for ${stored.length} videos`);
  results.rule(
    'a prediction is for a reserved generation',
    asked.map(({ stage }) => generation(stage)).filter((name) => !tally.reserved.has(name)),
  );
  results.rule(
    'each attempt is one prediction',
    attempts.filter((name, at) => attempts.indexOf(name) !== at),
  );
  results.rule(
    'each video has its prediction',
    stored.filter((name) => !rendered.has(name)),
  );
}

/** The meter and the operator's account of the month say what the ledger says. */
async function checkExplained({ system, customer, period }: Shop, tally: Tally, results: Results) {
  const { used, reserved, overage } = await customer.month();
  if (used !== tally.used || reserved !== tally.open.length || overage !== tally.overage)
    results.violation(`the meter says ${used}, ${reserved} and ${overage}, the ledger ${tally.used} used`);
  const report = JSON.parse(
    await system.ops('usage', customer.email, '--period', period, '--json'),
  ) as Report;
  const sum = report.entries.reduce((cents, entry) => cents + entry.price_cents, 0);
  const charged = report.entries.filter(({ outcome }) => outcome === 'included' || outcome === 'overage');
  if (charged.length !== tally.used || sum !== tally.cents || report.total_cents !== tally.cents)
    results.violation(
      `ops usage explains ${charged.length} for ${sum} cents, not ${tally.used} for ${tally.cents}`,
    );
  results.figure('ops usage', `${report.entries.length} entries, ${charged.length} charged, ${sum} cents`);
}

interface Report {
  readonly total_cents: number;
  readonly entries: readonly { outcome: string; price_cents: number }[];
}
