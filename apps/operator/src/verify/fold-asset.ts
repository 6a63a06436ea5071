import { PRODUCT_DEFAULTS } from '@zoetrope/contracts/parameters';
import { ExpectedRow } from './expected-row.js';
import { GenerationFold } from './fold-generation.js';
import type { RawFact } from './raw-log.js';

const newest = (a: RawFact | undefined, b: RawFact | undefined): RawFact | undefined =>
  (a?.seq ?? 0) >= (b?.seq ?? 0) ? a : b;

/** Everything that the log says of one asset. Its row is told from the whole story, not fact by fact. */
export class AssetFold {
  readonly generations = new Map<number, GenerationFold>();
  prepared: RawFact | undefined;
  deleted: RawFact | undefined;
  /** The first fact about the newest video that was switched to. */
  video: RawFact | undefined;
  /** Everything stored up to here is announced, and the fact that says so. */
  private readyUpTo: { n: number; fact: RawFact } | undefined;
  private failed: RawFact | undefined;
  private firstRefusal: RawFact | undefined;
  private lastReady: RawFact | undefined;

  constructor(readonly id: string) {}

  take(fact: RawFact) {
    if (fact.type === 'AssetPrepared') return this.prepare(fact);
    if (fact.type === 'AssetDeleted') {
      this.deleted ??= fact;
      return;
    }
    // Of a deleted asset, or one whose facts are purged, nothing more is kept.
    if (this.deleted || !this.prepared) return;
    const n = fact.data.generation ?? fact.data.number;
    if (fact.type === 'AssetRegenerateRequested') {
      if (!this.generations.has(n)) this.generations.set(n, new GenerationFold(fact));
      return;
    }
    const generation = this.generations.get(n);
    if (!generation) return;
    generation.take(fact);
    this.look(fact, n);
  }

  private prepare(fact: RawFact) {
    if (this.prepared || this.deleted) return;
    this.prepared = fact;
    this.generations.set(fact.data.number, new GenerationFold(fact));
  }

  private look(fact: RawFact, n: number) {
    if (fact.type === 'GenerationFailed') this.failed = fact;
    if (fact.type === 'GenerationReady') this.lastReady = fact;
    if (fact.type === 'GenerationRefused') this.firstRefusal ??= fact;
    const announced =
      fact.type === 'GenerationReady' || (fact.type === 'CachesPurged' && fact.data.announced);
    if (!announced && fact.type !== 'VideoSwitched' && fact.type !== 'CachesPurged') return;
    if (n > (this.video?.data.generation ?? 0)) this.video = fact;
    const upTo = announced ? n : n - 1;
    if (upTo > (this.readyUpTo?.n ?? 0)) this.readyUpTo = { n: upTo, fact };
  }

  /** The row, or undefined for an asset that the log names only in passing. */
  row(): ExpectedRow | undefined {
    if (this.deleted) return deletedRow(this.deleted);
    return this.prepared && this.aliveRow(this.prepared);
  }

  private aliveRow(prepared: RawFact): ExpectedRow {
    const { data } = prepared;
    const all = [...this.generations.values()];
    const { asked, defaults } = data;
    const row = new ExpectedRow(prepared, {
      ...{ id: this.id, project_id: data.projectId, owner_id: data.ownerId, src_url: data.src, asked },
      motion: asked.motion ?? defaults.motion,
      mode: asked.mode ?? defaults.mode,
      dur_seconds: asked.dur_seconds ?? defaults.dur_seconds,
      aspect: asked.aspect ?? 'preserve',
      seed: asked.seed ?? null,
      ...{ latest_queued: 0, video: null, ready_generation: 0, error: null, generation_count: 0 },
      ...{ created_at: prepared.ts, created_seq: prepared.seq, deleted: false },
    });
    const last = all.reduce<RawFact>(
      (fact, one) => newest(newest(fact, one.over), newest(one.queued, one.ask)) ?? fact,
      prepared,
    );
    this.currentValues(row, all);
    if (this.video) row.set(this.video, { video: this.video.data });
    if (this.readyUpTo) row.set(this.readyUpTo.fact, { ready_generation: this.readyUpTo.n });
    row.set(last, { generation_count: all.filter(({ accepted }) => accepted).length });
    this.error(row, all);
    this.flight(row, all, last);
    return row;
  }

  private currentValues(row: ExpectedRow, all: readonly GenerationFold[]) {
    const queued = all.flatMap((one) => (one.queued ? [one.queued] : []));
    const latest = queued.reduce<RawFact | undefined>(
      (best, fact) => (fact.data.generation > (best?.data.generation ?? 0) ? fact : best),
      undefined,
    );
    if (!latest) return;
    const { motion, mode, dur_seconds, aspect, seed_asked: seed } = latest.data.resolved;
    row.set(latest, { motion, mode, dur_seconds, aspect, seed, latest_queued: latest.data.generation });
  }

  /** The last failure until the next success; a refusal only of what was never accepted. */
  private error(row: ExpectedRow, all: readonly GenerationFold[]) {
    const told = newest(this.failed, this.lastReady);
    if (told?.type === 'GenerationFailed')
      return row.set(told, { error: `${told.data.code}: ${told.data.message}` });
    const refusal = this.firstRefusal;
    if (told || !refusal || all.some(({ accepted }) => accepted)) return;
    const text = this.generations.get(refusal.data.generation)?.row.values.error_msg;
    row.set(refusal, { error: `quota_exceeded: ${text}` });
  }

  private flight(row: ExpectedRow, all: readonly GenerationFold[], last: RawFact) {
    const number = (one: GenerationFold): number => one.ask.data.number;
    const waiting = all.filter((one) => !one.queued && !one.stored && !one.over).map(number);
    const open = all
      .filter((one) => one.queued && !one.stored && !one.over)
      .sort((a, b) => (a.queued?.seq ?? 0) - (b.queued?.seq ?? 0))
      .map(number);
    const stored = all
      .filter(
        (one) => (one.stored?.seq ?? 0) > (one.over?.seq ?? 0) && number(one) > (this.readyUpTo?.n ?? 0),
      )
      .sort((a, b) => (a.stored?.seq ?? 0) - (b.stored?.seq ?? 0))
      .map(number);
    const undecided = waiting.some((n) => n > Number(row.values.latest_queued));
    const inFlight = undecided || open.length > 0 || stored.length > 0;
    const status = inFlight ? 'pending' : row.values.video ? 'ready' : 'failed';
    row.set(last, { waiting, open, stored, status });
  }
}

const deletedRow = (fact: RawFact): ExpectedRow =>
  new ExpectedRow(fact, {
    ...{ id: fact.data.assetId, project_id: fact.data.projectId, owner_id: fact.data.ownerId, src_url: '' },
    ...{ asked: {}, ...PRODUCT_DEFAULTS, aspect: 'preserve', seed: null, status: 'failed', waiting: [] },
    ...{ latest_queued: 0, open: [], stored: [], ready_generation: 0, video: null, generation_count: 0 },
    ...{ error: null, created_at: fact.ts, created_seq: fact.seq, deleted: true },
  });
