import type { Fact, RawLog } from '../support/raw-log.ts';
import type { Renderer } from '../support/renderer.ts';
import type { Results } from '../support/results.ts';
import type { CrowdMember, Order } from './crowd.ts';

/** Kept as long as an asset's facts; nothing in here knows how the services fold them. */
const countBy = <T>(items: readonly T[], key: (item: T) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
};

const notOnce = (wanted: readonly string[], counts: Map<string, number>): string[] =>
  wanted.filter((key) => counts.get(key) !== 1).map((key) => `${key} ${counts.get(key) ?? 0} times`);

const ofType = (facts: readonly Fact[], ...types: string[]) =>
  facts.filter(({ type }) => types.includes(type));
const assetOf = ({ data }: Fact): string => String(data.assetId);

/** Each accepted request has one GenerationReady, and no other end. */
export function checkOutcomes(facts: readonly Fact[], results: Results, orders: readonly Order[]): void {
  const wanted = orders.map(({ assetId }) => assetId);
  results.rule(
    'each is ready exactly once',
    notOnce(wanted, countBy(ofType(facts, 'GenerationReady'), assetOf)),
  );
  results.rule('each video is stored once', notOnce(wanted, countBy(ofType(facts, 'Mp4Stored'), assetOf)));
  const lost = ofType(facts, 'GenerationFailed', 'GenerationCancelled', 'GenerationRefused');
  results.rule(
    'none ends otherwise',
    lost.map((fact) => `${assetOf(fact)} ${fact.type} ${fact.data.message ?? ''}`),
  );
  results.figure(
    'facts on ASSETS',
    `${facts.length}, ${(facts.length / orders.length).toFixed(1)} a generation`,
  );
  results.figure('stage attempts that failed', ofType(facts, 'StageFailed').length);
  results.figure(
    'predictions adopted',
    ofType(facts, 'PredictionCreated').filter(({ data }) => data.adopted).length,
  );
}

/** So many creations may be under way in a generator when it dies (`CREATING_AT_ONCE` in its predictions.ts). */
const LOST_BY_A_KILL = 4;

/**
 * The renderer was asked once for each attempt of each stage. A generator that died between asking and noting cannot
 * know whether it asked: such a stage gets another attempt, and so many of them at most.
 */
export async function checkPredictions(
  renderer: Renderer,
  results: Results,
  orders: readonly Order[],
  kills: number,
): Promise<void> {
  const asked = await renderer.asked();
  const stages = new Set(asked.map(({ stage }) => stage));
  const wanted = orders.flatMap(({ assetId, body }) =>
    (body.mode === 'loop' ? ['stage1', 'stage2'] : ['single']).map((stage) => `${assetId}/1/${stage}`),
  );
  const known = new Set(wanted);
  const attempts = countBy(asked, ({ stage, attempt }) => `${stage} attempt ${attempt}`);
  const twice = [...attempts]
    .filter(([, count]) => count > 1)
    .map(([which, count]) => `${which} ${count} times`);
  const extra = asked.length - wanted.length;
  results.figure('predictions', `${asked.length} for ${wanted.length} stages, ${extra} more than needed`);
  results.rule(
    'each stage has a prediction',
    wanted.filter((stage) => !stages.has(stage)),
  );
  results.rule(
    'no prediction is for anything else',
    [...stages].filter((stage) => !known.has(stage)),
  );
  results.rule('each attempt asks the provider once', twice);
  if (extra > kills * LOST_BY_A_KILL)
    results.violation(`${kills} kills cost ${extra} predictions, at most ${LOST_BY_A_KILL} each are allowed`);
}

/** The ledgers hold one reservation and one charge for each, and the customers are told the same. */
export async function checkCharges(
  log: RawLog,
  results: Results,
  orders: readonly Order[],
  members: readonly CrowdMember[],
): Promise<void> {
  const ledger = await log.read('QUOTA');
  const wanted = orders.map(({ assetId }) => assetId);
  for (const type of ['GenerationReserved', 'GenerationCharged'])
    results.rule(`one ${type} each`, notOnce(wanted, countBy(ofType(ledger, type), assetOf)));
  results.rule('nothing else is in the ledgers', others(ledger));
  for (const { customer } of members) {
    const mine = orders.filter((order) => order.customer === customer).length;
    const { used, reserved } = await customer.month();
    if (used !== mine || reserved !== 0)
      results.violation(`${customer.email} asked for ${mine} and is told used ${used}, reserved ${reserved}`);
  }
}

const others = (ledger: readonly Fact[]): string[] =>
  ledger
    .filter(({ type }) => type !== 'GenerationReserved' && type !== 'GenerationCharged')
    .map((fact) => `${fact.type} of ${assetOf(fact)}`);

export async function checkNothingGivenUp(log: RawLog, results: Results): Promise<void> {
  results.rule(
    'no message is given up',
    (await log.read('DEADLETTERS')).map(({ subject }) => subject),
  );
}
