import type { Recorded } from '@zoetrope/contracts/fact';
import {
  GenerationCharged,
  GenerationDenied,
  GenerationReleased,
  GenerationReserved,
  type LedgerFact,
} from '@zoetrope/contracts/facts/ledger';
import { type Projection, projection } from './projection.js';
import type { ChargeRow } from './rows.js';

const isLedger = (fact: Recorded): fact is Recorded<LedgerFact> =>
  GenerationReserved.is(fact) ||
  GenerationDenied.is(fact) ||
  GenerationCharged.is(fact) ||
  GenerationReleased.is(fact);

/** What each generation cost its owner's month, from QUOTA. */
export const chargeProjection: Projection = projection({
  name: 'charges',
  stream: 'QUOTA',
  tables: ['charge'],
  touches: (fact) =>
    isLedger(fact) ? [{ table: 'charge', key: [fact.data.assetId, fact.data.generation] }] : [],
  apply(rows, fact) {
    if (isLedger(fact)) rows.put('charge', rowOf(fact));
  },
});

/** The newest word of the ledger about a generation is all there is to know of it. */
function rowOf(fact: Recorded<LedgerFact>): ChargeRow {
  // `quota.<ownerId>.<yyyy-mm>`: the subject names owner and period (contracts/subjects).
  const [, owner_id = '', period = ''] = fact.meta.subject.split('.');
  const { assetId, generation, projectId } = fact.data;
  const base = {
    asset_id: assetId,
    generation,
    owner_id,
    period,
    project_id: projectId,
    updated_at: fact.meta.ts,
  };
  if (GenerationReserved.is(fact)) {
    return { ...base, state: 'reserved', overage: fact.data.overage, price_cents: fact.data.priceCents };
  }
  if (GenerationCharged.is(fact)) {
    return { ...base, state: 'charged', overage: fact.data.overage, price_cents: fact.data.priceCents };
  }
  const state = GenerationDenied.is(fact) ? 'denied' : 'released';
  return { ...base, state, overage: false, price_cents: 0 };
}
