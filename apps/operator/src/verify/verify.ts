import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectStore } from '@zoetrope/objects/store';
import type { DataSource, EntityManager } from 'typeorm';
import { OperatorError } from '../connections.js';
import { checkLedgers, type Unsettled } from './check-ledgers.js';
import { checkObject, type KeptObject, keptObjects } from './check-objects.js';
import { UrlCheck } from './check-urls.js';
import { compareRows } from './compare-rows.js';
import type { Difference } from './difference.js';
import { AssetsFold, LedgersFold, type Rows, TenantsFold } from './fold.js';
import { pool } from './pool.js';
import { SigningKeys } from './proxy-address.js';
import type { RawFact, RawLog } from './raw-log.js';
import { refOf } from './raw-log.js';

/** Objects and URLs looked at side by side. */
const AT_ONCE = 8;
/** How often a ledger is looked at again, ms, while an end is on its way there. */
const LOOK_MS = 250;

export interface VerifyPlan {
  readonly log: RawLog;
  readonly database: DataSource;
  /** Left out: objects are not looked at. */
  readonly objects?: ObjectStore;
  /** Origin of a gateway; left out: URLs are not asked for. */
  readonly gateway?: string;
  readonly env: NodeJS.ProcessEnv;
  /** How long a generation's end may take to reach its ledger, ms. */
  readonly settleMs: number;
  readonly onStep: (what: string, done: number, total: number) => void;
}

export interface Verified {
  readonly facts: number;
  readonly rows: number;
  readonly ledgers: number;
  readonly objects: number;
  readonly urls: number;
  /** What could not be looked at, and why; counted. */
  readonly unchecked: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

type Stream = 'ASSETS' | 'QUOTA' | 'TENANTS';

/** Holds everything that can be seen against the log. Reads only. */
export class Verify {
  private readonly differences: Difference[] = [];
  private readonly unchecked: Record<string, number> = {};
  private readonly assets = new AssetsFold();
  private readonly ledgers = new LedgersFold();
  private readonly tenants = new TenantsFold();
  private readonly counts = { facts: 0, rows: 0, objects: 0, urls: 0 };
  private assetsAt = 0;

  constructor(private readonly plan: VerifyPlan) {}

  async run(): Promise<Verified> {
    await this.stream('TENANTS', this.tenants.take, () => this.tenants.rows());
    await this.stream('ASSETS', this.assets.take, () => this.assets.rows());
    // After ASSETS: whatever that says was decided is in a ledger by now.
    await this.stream('QUOTA', this.ledgers.take, () => ({ charge: this.ledgers.charges }));
    const unsettled = checkLedgers(this.ledgers, this.assets, this.assetsAt, this.tell);
    await this.settle(unsettled);
    if (this.plan.objects) await this.objects(this.plan.objects);
    if (this.plan.gateway) await this.urls(this.plan.gateway);
    const { unchecked, differences } = this;
    return { ...this.counts, ledgers: this.ledgers.ledgers.size, unchecked, differences };
  }

  private readonly tell = (difference: Difference) => void this.differences.push(difference);

  /** Folds a stream up to where its tables stand, and compares those, as one snapshot has them. */
  private async stream(
    stream: Stream,
    take: (fact: RawFact) => unknown,
    rows: () => Readonly<Record<string, Rows>>,
  ): Promise<void> {
    await this.plan.database.transaction('REPEATABLE READ', async (manager) => {
      const position = await this.standing(manager, stream);
      if (stream === 'ASSETS') this.assetsAt = position;
      await this.plan.log.each(stream, position, (fact) => {
        this.counts.facts++;
        take(fact);
        this.plan.onStep(stream, fact.seq, position);
      });
      for (const [table, expected] of Object.entries(rows()))
        this.counts.rows += await compareRows(manager, table, expected, this.tell);
    });
  }

  private async standing(manager: EntityManager, stream: Stream): Promise<number> {
    const [row]: { position: string; stream_created: string }[] = await manager.query(
      'SELECT position, stream_created FROM views.projection_position WHERE stream = $1',
      [stream],
    );
    if (!row) throw new OperatorError(`the views hold nothing of ${stream} yet: has a gateway ever run?`, 2);
    if (row.stream_created !== (await this.plan.log.created(stream)))
      throw new OperatorError(`the views are made from another ${stream} than this log's`, 1);
    return Number(row.position);
  }

  /** Waits for ends that are on their way into their ledger, and tells of those that do not come. */
  private async settle(unsettled: readonly Unsettled[]): Promise<void> {
    const deadline = performance.now() + this.plan.settleMs;
    let open = unsettled;
    while (open.length > 0) {
      const settled = await this.settledOf(new Set(open.map(({ where }) => where)));
      open = open.filter(({ commandId }) => !settled.has(commandId));
      if (open.length === 0 || performance.now() > deadline) break;
      await delay(LOOK_MS);
    }
    for (const { where, what, fact } of open) this.tell({ kind: 'ledger', where, what, fact: refOf(fact) });
  }

  private async settledOf(subjects: ReadonlySet<string>): Promise<Set<string>> {
    const settled = new Set<string>();
    const end = await this.plan.log.lastSeq('QUOTA');
    const take = ({ type, data }: RawFact) => {
      if (type === 'GenerationCharged' || type === 'GenerationReleased') settled.add(data.commandId);
    };
    for (const subject of subjects) await this.plan.log.each('QUOTA', end, take, { subject });
    return settled;
  }

  private async objects(store: ObjectStore): Promise<void> {
    const all: KeptObject[] = [];
    for await (const kept of keptObjects(this.assets, store)) all.push(kept);
    await pool(all, AT_ONCE, async (kept) => {
      const difference = await checkObject(store, kept);
      if (difference && !(await this.isGone(kept))) this.tell(difference);
      this.plan.onStep('objects', ++this.counts.objects, all.length);
    });
  }

  /** Whether it was deleted, or given up, since the log was folded. */
  private async isGone({ assetId, key }: KeptObject): Promise<boolean> {
    if (!assetId) return false;
    const { log } = this.plan;
    let gone = false;
    const take = ({ type, data }: RawFact) => {
      const collected = type === 'GenerationCollected' && key.startsWith(`${assetId}/${data.generation}/`);
      if (type === 'AssetDeleted' || collected) gone = true;
    };
    const subject = `asset.${assetId.slice(0, 2)}.${assetId}.*`;
    const end = await log.lastSeq('ASSETS');
    await log.each('ASSETS', end, take, { from: this.assetsAt + 1, subject });
    return gone;
  }

  private async urls(base: string): Promise<void> {
    const { log, database, env, onStep } = this.plan;
    const check = new UrlCheck(base.replace(/\/+$/, ''), log, new SigningKeys(database, env));
    const all = [...this.assets.assets.values()].filter(({ video, deleted }) => video || deleted);
    await pool(all, AT_ONCE, async (asset) => {
      const { projectId } = (asset.prepared ?? asset.deleted)?.data ?? {};
      const outcome = await check.of(asset, this.tenants.projects.get(projectId));
      if (outcome.kind === 'different') this.tell(outcome.difference);
      if (outcome.kind === 'unchecked') this.unchecked[outcome.why] = (this.unchecked[outcome.why] ?? 0) + 1;
      onStep('urls', ++this.counts.urls, all.length);
    });
  }
}
