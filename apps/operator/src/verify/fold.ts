import { ExpectedRow } from './expected-row.js';
import { AssetFold } from './fold-asset.js';
import { isDelivery, newDelivery, toldOfDelivery } from './fold-delivery.js';
import { ProjectFold } from './fold-project.js';
import type { RawFact } from './raw-log.js';

export type Rows = Map<string, ExpectedRow>;

/** Everything that ASSETS says. */
export class AssetsFold {
  readonly assets = new Map<string, AssetFold>();
  readonly deliveries: Rows = new Map();

  take = (fact: RawFact) => {
    const id: string | undefined = fact.data?.assetId;
    if (id === undefined) return;
    const asset = this.assets.get(id) ?? new AssetFold(id);
    this.assets.set(id, asset);
    if (isDelivery(fact)) return this.deliver(asset, fact);
    asset.take(fact);
    if (fact.type === 'AssetDeleted') this.forget(id);
  };

  private deliver(asset: AssetFold, fact: RawFact) {
    if (asset.deleted || !asset.prepared) return;
    deliver(this.deliveries, fact);
  }

  private forget(assetId: string) {
    for (const [id, { values }] of this.deliveries)
      if (values.asset_id === assetId) this.deliveries.delete(id);
  }

  rows(): Record<'asset' | 'generation' | 'delivery', Rows> {
    const asset: Rows = new Map();
    const generation: Rows = new Map();
    for (const fold of this.assets.values()) {
      const row = fold.row();
      if (row) asset.set(fold.id, row);
      if (fold.deleted) continue;
      for (const [n, one] of fold.generations) generation.set(`${fold.id} ${n}`, one.row);
    }
    return { asset, generation, delivery: this.deliveries };
  }
}

function deliver(rows: Rows, fact: RawFact) {
  const { deliveryId } = fact.data;
  const row = rows.get(deliveryId) ?? newDelivery(fact);
  rows.set(deliveryId, row);
  toldOfDelivery(row, fact);
}

const STATES: Readonly<Record<string, string>> = {
  GenerationReserved: 'reserved',
  GenerationDenied: 'denied',
  GenerationCharged: 'charged',
  GenerationReleased: 'released',
};

/** Everything that QUOTA says: each owner's month in its own order, and the newest word about each generation. */
export class LedgersFold {
  readonly ledgers = new Map<string, RawFact[]>();
  readonly charges: Rows = new Map();

  take = (fact: RawFact) => {
    if (fact.type === '') return;
    const ledger = this.ledgers.get(fact.subject);
    if (ledger) ledger.push(fact);
    else this.ledgers.set(fact.subject, [fact]);
    const state = STATES[fact.type];
    if (!state) return;
    const [, owner_id, period] = fact.subject.split('.');
    const { assetId: asset_id, generation, projectId: project_id, overage, priceCents } = fact.data;
    const costs = state === 'reserved' || state === 'charged';
    const row = new ExpectedRow(fact, {
      ...{ asset_id, generation, owner_id, period, project_id, state, updated_at: fact.ts },
      ...{ overage: costs ? overage : false, price_cents: costs ? priceCents : 0 },
    });
    this.charges.set(`${asset_id} ${generation}`, row);
  };
}

/** Everything that TENANTS says of projects. */
export class TenantsFold {
  readonly projects = new Map<string, ProjectFold>();
  readonly deliveries: Rows = new Map();

  take = (fact: RawFact) => {
    if (isDelivery(fact)) return fact.data.assetId === undefined ? deliver(this.deliveries, fact) : undefined;
    const [kind, id = ''] = fact.subject.split('.');
    if (kind !== 'project') return;
    if (fact.type === 'ProjectCreated') {
      if (!this.projects.has(id)) this.projects.set(id, new ProjectFold(fact));
      return;
    }
    if (fact.type !== 'ProjectDeleted' && fact.type !== 'ProjectPurged')
      return this.projects.get(id)?.take(fact);
    this.projects.delete(id);
    for (const [delivery, { values }] of this.deliveries)
      if (values.project_id === id) this.deliveries.delete(delivery);
  };

  rows(): Record<'project' | 'endpoint_delivery', Rows> {
    const project: Rows = new Map([...this.projects].map(([id, { row }]) => [id, row]));
    return { project, endpoint_delivery: this.deliveries };
  }
}
