import { emptyLedger, evolve, type Ledger } from './ledger.js';
import { LEDGER_FOLD, readLedger, writeLedger } from './ledger-snapshot.js';

/** How a ledger's subject becomes a Ledger, for eventlog's Books. */
export const ledgerFolding = {
  empty: emptyLedger,
  evolve,
  weight: (ledger: Ledger): number => 1 + ledger.settled.size + 4 * ledger.open.size,
  snapshots: { name: `ledger.v${LEDGER_FOLD}`, write: writeLedger, read: readLedger },
};
