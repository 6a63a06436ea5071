import { nameOf, type Tally } from './ledger-check.ts';
import type { Fact } from './raw-log.ts';
import type { Results } from './results.ts';

const ENDS = new Set(['Mp4Stored', 'GenerationFailed', 'GenerationCancelled']);

/** Why a generation is charged or not, from its own facts: PRODUCT 3.2. */
function chargeOf(end: Fact, predictedAt: number | undefined): 'charged' | 'given back' {
  if (end.type === 'Mp4Stored' || end.data.reason === 'superseded') return 'charged';
  if (end.type === 'GenerationFailed') return 'given back';
  // An explicit cancel is free until the first prediction was recorded.
  return predictedAt !== undefined && predictedAt < end.seq ? 'charged' : 'given back';
}

/** How each generation on ASSETS ended: its first end. */
export function endsOf(assets: readonly Fact[]): Map<string, Fact> {
  const ends = new Map<string, Fact>();
  for (const fact of assets) if (ENDS.has(fact.type) && !ends.has(nameOf(fact))) ends.set(nameOf(fact), fact);
  return ends;
}

/**
 * Entry by entry: only a failure, and an explicit cancel before the first prediction was recorded, are not charged
 * (PRODUCT 3.2). What `GenerationCancelled` itself says of that is not believed but compared.
 */
export function checkCharges(assets: readonly Fact[], tally: Tally, results: Results): void {
  const predictions = new Map<string, number>();
  for (const fact of assets)
    if (fact.type === 'PredictionCreated' && !predictions.has(nameOf(fact)))
      predictions.set(nameOf(fact), fact.seq);
  const wrong: string[] = [];
  const ends = endsOf(assets);
  for (const [name, end] of ends) {
    if (!tally.reserved.has(name)) continue; // another owner's
    const due = chargeOf(end, predictions.get(name));
    const found = tally.charged.has(name) ? 'charged' : tally.released.has(name) ? 'given back' : 'open';
    if (found !== due) wrong.push(`${name} ${end.type} ${end.data.reason ?? ''} is ${found}, not ${due}`);
  }
  const known = new Set(assets.map(({ data }) => String(data.assetId))); // what was planted is of no asset
  for (const name of [...tally.charged.keys(), ...tally.released])
    if (!ends.has(name) && known.has(name.slice(0, name.indexOf('/'))))
      wrong.push(`${name} is settled and has not ended`);
  results.rule(
    'what was stored or superseded is charged, what failed or was cancelled in time is not',
    wrong,
  );
}
