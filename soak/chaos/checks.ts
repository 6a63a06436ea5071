import { checkBytes } from '../support/bytes-check.ts';
import { checkCharges, endsOf } from '../support/charges-check.ts';
import { LedgerCheck, nameOf, type Tally } from '../support/ledger-check.ts';
import { checkExplained } from '../support/meter-check.ts';
import { thisPeriod } from '../support/planting.ts';
import type { Fact, RawLog } from '../support/raw-log.ts';
import { checkRefusals } from '../support/refusals.ts';
import { type Asked, Renderer } from '../support/renderer.ts';
import type { Results } from '../support/results.ts';
import type { SoakSystem } from '../support/system.ts';
import { checkTerms } from '../support/terms-check.ts';
import type { Crowd } from './crowd.ts';
import { outOfOrder } from './order-check.ts';

const twice = (names: readonly string[]): string[] => names.filter((name, at) => names.indexOf(name) !== at);
const count = (facts: readonly Fact[], type: string): number =>
  facts.filter((fact) => fact.type === type).length;

/** Everything that can be said of log, ledgers, renderer and API once nothing is in flight any more. */
export async function checkEnding(
  system: SoakSystem,
  log: RawLog,
  crowd: Crowd,
  results: Results,
): Promise<readonly Asked[]> {
  const [assets, tenants] = [await log.read('ASSETS'), await log.read('TENANTS')];
  const tallies: Tally[] = [];
  let decisions = 0;
  for (const { customer } of crowd.buyers) {
    const ledger = await log.read('QUOTA', `quota.${customer.ownerId}.>`);
    const tally = LedgerCheck.of(ledger);
    tallies.push(tally);
    results.rule('at no sequence of a ledger is more held than allowed', tally.violations);
    decisions += checkTerms(ledger, assets, tenants, customer, results);
    checkCharges(assets, tally, results);
    await checkExplained({ system, customer, period: thisPeriod() }, tally, results);
  }
  results.figure('decisions checked against plan and billing', decisions);
  checkAccepted(crowd, assets, tallies, results);
  results.rule('no fact is out of order', outOfOrder(assets));
  figures(crowd, assets, tallies, results);
  const asked = await checkPredictions(new Renderer(system), tallies, results);
  await checkReads(crowd, assets, results);
  const dead = await log.read('DEADLETTERS');
  results.rule(
    'no message is given up',
    dead.map(({ subject, data }) => `${subject} ${JSON.stringify(data).slice(0, 300)}`),
  );
  return asked;
}

/** Who was told 200 has a request, a reservation and one end; nothing is asked for that nobody was told of. */
function checkAccepted(
  { told }: Crowd,
  assets: readonly Fact[],
  tallies: readonly Tally[],
  results: Results,
): void {
  checkRefusals(told, results);
  const accepted = told
    .filter(({ status }) => status === 200)
    .map(({ assetId, generation }) => `${assetId}/${generation}`);
  const requests = assets
    .filter(({ type }) => type === 'AssetPrepared' || type === 'AssetRegenerateRequested')
    .map(({ data }) => `${data.assetId}/${data.number}`);
  const reserved = new Set(tallies.flatMap((tally) => [...tally.reserved.keys()]));
  const denied = new Set(tallies.flatMap((tally) => tally.denied.map(nameOf)));
  const known = { accepted: new Set(accepted), requests: new Set(requests) };
  const ends = endsOf(assets);
  const announced = new Set(assets.filter(({ type }) => type === 'GenerationReady').map(nameOf));
  results.rule('each 200 is of one generation', twice(accepted));
  results.rule(
    'each 200 has its request and reservation',
    accepted.filter((name) => !known.requests.has(name) || !reserved.has(name)),
  );
  results.rule(
    'each 200 reached a terminal fact',
    accepted.filter((name) => {
      const end = ends.get(name);
      return end === undefined || (end.type === 'Mp4Stored' && !announced.has(name));
    }),
  );
  results.rule(
    'each request is one that somebody was told of, or was denied',
    requests.filter((name) => !known.accepted.has(name) && !denied.has(name)),
  );
  const refused = told.filter(({ status }) => status === 429).length;
  if (denied.size < refused) results.violation(`${refused} were told 429, the ledgers denied ${denied.size}`);
}

function figures(crowd: Crowd, assets: readonly Fact[], tallies: readonly Tally[], results: Results): void {
  const accepted = crowd.told.filter(({ status }) => status === 200).length;
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  results.figure('asked', [...crowd.counts].map(([what, times]) => `${times} ${what}`).join(', '));
  results.figure('calls repeated', crowd.repeats);
  results.figure('generations', `${accepted} accepted, ${crowd.told.length - accepted} refused`);
  results.figure(
    'ended',
    `${count(assets, 'GenerationReady')} ready, ${count(assets, 'GenerationFailed')} failed, ` +
      `${count(assets, 'GenerationCancelled')} cancelled or superseded`,
  );
  const settled = new Set(assets.map(({ data }) => String(data.assetId)));
  const mine = (names: Iterable<string>) =>
    [...names].filter((name) => settled.has(name.slice(0, name.indexOf('/')))).length;
  results.figure(
    'ledger entries',
    `${sum((tally) => mine(tally.charged.keys()))} charged, ${sum((tally) => tally.released.size)} given back, ` +
      `${sum((tally) => tally.denied.length)} denied, ${sum((tally) => tally.overage)} overage`,
  );
  results.figure('facts on ASSETS', assets.length);
  results.figure('stage attempts that failed', count(assets, 'StageFailed'));
}

/** Counted in the renderer's journal. */
async function checkPredictions(
  renderer: Renderer,
  tallies: readonly Tally[],
  results: Results,
): Promise<readonly Asked[]> {
  const asked = await renderer.asked();
  const generation = (stage: string) => stage.slice(0, stage.lastIndexOf('/'));
  results.figure('predictions in the renderer’s journal', asked.length);
  results.rule(
    'each attempt is one prediction',
    twice(asked.map(({ stage, attempt }) => `${stage}/${attempt}`)),
  );
  results.rule(
    'a prediction is for a reserved generation',
    asked
      .map(({ stage }) => generation(stage))
      .filter((name) => !tallies.some(({ reserved }) => reserved.has(name))),
  );
  return asked;
}

interface Difference {
  readonly where: string;
  readonly what: string;
}

/** The operator's own check, which folds the log independently of the projectors, says the same. */
export async function checkVerified(system: SoakSystem, results: Results): Promise<void> {
  const told = system.ops('verify', '--json').catch((error: { stdout?: string }) => error.stdout ?? '');
  const verified = parsed(await told);
  if (!verified) {
    results.violation('ops verify could not look');
    return;
  }
  results.figure('ops verify', `${verified.facts} facts, ${verified.rows} rows, ${verified.objects} objects`);
  results.rule(
    'ops verify is clean',
    verified.differences.map(({ where, what }) => `${where} ${what}`),
  );
}

interface Verified {
  readonly facts: number;
  readonly rows: number;
  readonly objects: number;
  readonly differences: readonly Difference[];
}

const parsed = (text: string): Verified | undefined => {
  try {
    return JSON.parse(text) as Verified;
  } catch {
    return undefined; // it ended without an answer
  }
};

/** What the owner reads and what the world is streamed. */
async function checkReads(crowd: Crowd, assets: readonly Fact[], results: Results): Promise<void> {
  const served = new Map(
    assets
      .filter(({ type }) => type === 'GenerationReady')
      .map(({ data }) => [data.assetId, data.generation]),
  );
  const wrong: string[] = [];
  const sample: { assetId: string; mp4Url: string }[] = [];
  for (const { customer, assets: own } of crowd.buyers) {
    for (const { id, mp4Url } of own) {
      const { status, body, text } = await customer.call<{ asset?: Read }>('GET', `/api/assets/${id}`);
      const generation = served.get(id) ?? 0;
      const expected = generation === 0 ? 'failed' : 'ready';
      if (status !== 200 || body.asset?.status !== expected || body.asset.generation !== generation)
        wrong.push(`${id} ${status} ${text.slice(0, 200)}, in the log ${expected} ${generation}`);
      sample.push({ assetId: id, mp4Url });
    }
  }
  results.rule('the owner reads what the log says', wrong);
  await checkBytes(assets, results, sample);
}

interface Read {
  readonly status: string;
  readonly generation: number;
}
