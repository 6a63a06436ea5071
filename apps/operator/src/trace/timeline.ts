import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import type { LedgerFact } from '@zoetrope/contracts/facts/ledger';
import { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import type { AssetId } from '@zoetrope/contracts/ids';
import { ASSET_PARTS, assetSubject, ledgerSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';

/** The ledgers that an asset's requests were decided in. */
const ledgersOf = (facts: readonly Fact[]): string[] => {
  const subjects = facts.flatMap((fact) =>
    AssetPrepared.is(fact) || AssetRegenerateRequested.is(fact)
      ? [ledgerSubject(fact.data.ownerId, fact.data.period)]
      : [],
  );
  return [...new Set(subjects)];
};

/** Everything the log says of one asset, by time: its own four subjects and its entries in ledgers. */
export async function readTimeline(log: EventLog, assetId: AssetId): Promise<Recorded[]> {
  const own = await log.readMerged(ASSET_PARTS.map((part) => assetSubject(assetId, part)));
  const ledgers = await Promise.all(ledgersOf(own).map((subject) => log.readCurrent(subject)));
  const entries = ledgers.flat().filter((fact) => (fact as Recorded<LedgerFact>).data.assetId === assetId);
  return [...own, ...entries].sort((a, b) => a.meta.ts - b.meta.ts || a.meta.seq - b.meta.seq);
}
