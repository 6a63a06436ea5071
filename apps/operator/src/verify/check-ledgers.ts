import { LedgerCheck, type LedgerEntry } from './check-ledger.js';
import type { Tell } from './difference.js';
import type { AssetsFold, LedgersFold } from './fold.js';
import type { GenerationFold } from './fold-generation.js';
import { type RawFact, refOf } from './raw-log.js';

/** What a generation's end makes of its reservation (PRODUCT 3.2), and the fact that ended it; undefined while it runs. */
function verdict(one: GenerationFold): { state: string; fact: RawFact } | undefined {
  const { stored, ended } = one;
  // Whichever came first: a cancel after the video is stored changes nothing, nor the other way round.
  if (stored && !(ended && ended.seq < stored.seq)) return { state: 'GenerationCharged', fact: stored };
  if (!ended) return undefined;
  if (ended.type === 'GenerationRefused') return { state: 'GenerationDenied', fact: ended };
  const { reason, predicted } = ended.data;
  const charged = ended.type === 'GenerationCancelled' && (reason === 'superseded' || predicted);
  return { state: charged ? 'GenerationCharged' : 'GenerationReleased', fact: ended };
}

const wordOf: Readonly<Record<string, string>> = {
  GenerationReserved: 'still reserved',
  GenerationDenied: 'denied',
  GenerationCharged: 'charged',
  GenerationReleased: 'released',
};

/** A reservation whose generation is over and that nobody has settled yet: it may be about to be. */
export interface Unsettled {
  readonly where: string;
  readonly what: string;
  readonly commandId: string;
  readonly fact: RawFact;
}

/**
 * Goes through every month fact by fact, and holds each entry against what became of its generation.
 *
 * @param upTo sequence on ASSETS that the generations are told up to
 * @returns what is not settled yet
 */
export function checkLedgers(
  { ledgers }: LedgersFold,
  { assets }: AssetsFold,
  upTo: number,
  tell: Tell,
): Unsettled[] {
  const entries = new Map<string, { entry: LedgerEntry; where: string }>();
  for (const [where, facts] of ledgers) {
    const check = new LedgerCheck(where, tell);
    for (const fact of facts) check.take(fact);
    for (const [commandId, entry] of check.entries) entries.set(commandId, { entry, where });
  }
  const asked = new Set<string>();
  const unsettled: Unsettled[] = [];
  for (const asset of assets.values()) {
    for (const one of asset.generations.values()) {
      asked.add(one.commandId);
      // What became of it is told after the deletion, and then purged.
      if (!asset.deleted) unsettled.push(...checkGeneration(one, entries.get(one.commandId), tell));
    }
  }
  for (const [commandId, { entry, where }] of entries) {
    const { data } = entry.decided;
    if (asked.has(commandId) || data.requestSeq > upTo || assets.get(data.assetId)?.deleted) continue;
    const what = `${data.assetId} generation ${data.generation} was never asked for`;
    tell({ kind: 'ledger', where, what, fact: refOf(entry.decided) });
  }
  return unsettled;
}

function checkGeneration(
  one: GenerationFold,
  known: { entry: LedgerEntry; where: string } | undefined,
  tell: Tell,
): Unsettled[] {
  const { assetId, number, ownerId, period } = one.ask.data;
  const name = `${assetId} generation ${number}`;
  const should = verdict(one);
  if (!known) {
    if (!one.accepted && !should) return [];
    const fact = refOf(should?.fact ?? one.queued ?? one.ask);
    const where = `quota.${ownerId}.${period}`;
    tell({ kind: 'ledger', where, what: `${name} is not in its month`, fact });
    return [];
  }
  const { entry, where } = known;
  const found = (entry.settled ?? entry.decided).type;
  if (!should || found === should.state) return [];
  const what = `${name} is ${wordOf[found]}, and should be ${wordOf[should.state]}`;
  if (found === 'GenerationReserved' && should.state !== 'GenerationDenied')
    return [{ where, what, commandId: one.commandId, fact: should.fact }];
  tell({ kind: 'ledger', where, what, expected: should.state, found, fact: refOf(should.fact) });
  return [];
}
