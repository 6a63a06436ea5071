import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { checkCharges } from '../support/charges-check.ts';
import { LedgerCheck, nameOf, type Tally } from '../support/ledger-check.ts';
import { checkExplained } from '../support/meter-check.ts';
import type { Fact } from '../support/raw-log.ts';
import type { Renderer } from '../support/renderer.ts';
import type { Results } from '../support/results.ts';
import { checkTerms } from '../support/terms-check.ts';
import { accepted, refused, type Told } from './asking.ts';
import { ledgerOf, type Shop } from './shop.ts';

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
  const decisions = checkTerms(ledger, assets, tenants, customer, results);
  results.figure('decisions checked against plan and billing', decisions);
  results.figure('charged, given back', `${tally.charged.size}, ${tally.released.size}`);
  checkCharges(assets, tally, results);
  await checkPredictions(renderer, assets, tally, results);
  await checkExplained(shop, tally, results);
  results.figure('ops usage', `${tally.charged.size} charged, ${tally.cents} cents`);
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
