import { nameOf } from '../support/ledger-check.ts';
import { isPlanted } from '../support/planting.ts';
import type { Fact, RawLog } from '../support/raw-log.ts';
import type { Kind, Part } from './parts.ts';

/** Something that a process has in hand: Unix ms, the broker's where facts begin and end it. */
interface Span {
  begin?: number;
  end?: number;
}
const HANDS = ['quota', 'generator', 'notifier', 'renderer', 'nats', 'postgres'] as const;
type Hands = Exclude<Kind, 'gateway'>;
const each = <T>(make: () => T): Record<Hands, T> =>
  Object.fromEntries(HANDS.map((kind) => [kind, make()])) as Record<Hands, T>;

const ENDS = new Set(['Mp4Stored', 'GenerationFailed', 'GenerationCancelled']);
const CLOSED_WITHOUT_VIDEO = new Set(['GenerationFailed', 'GenerationCancelled']);

/** A prepared clip with no fault takes no time; it is long enough that the slow ones are met. */
const FRESH_MS = 400;

/** What every service has to do, from the facts as they come, so that a kill can be told to have hit it at work. */
export class Work {
  readonly #spans = each(() => new Map<string, Span>());
  readonly #open = each(() => new Set<string>());
  readonly #calls = new Map<string, Span[]>();
  readonly #waiting = new Set<() => void>();
  /** Unix ms here at which the last fact came. */
  lastFactAt = Date.now();
  #stop = () => {};

  static async follow(log: RawLog): Promise<Work> {
    const work = new Work();
    const followed = [
      await log.follow('ASSETS', '>', (fact) => work.#asset(fact)),
      await log.follow('QUOTA', '>', (fact) => work.#ledger(fact)),
    ];
    work.#stop = () => {
      for (const each of followed) each.stop();
    };
    return work;
  }

  stop(): void {
    this.#stop();
  }

  /** A request leaves for a gateway; call what it gives when its answer is there, or the connection gone. */
  sent(gateway: string): () => void {
    const span: Span = { begin: Date.now() };
    const calls = this.#calls.get(gateway) ?? [];
    this.#calls.set(gateway, calls);
    calls.push(span);
    this.#changed();
    return () => {
      span.end = Date.now();
    };
  }

  /** Generations that were reserved and have neither ended nor been announced. */
  get openGenerations(): number {
    return this.#open.nats.size;
  }

  /** What is left for quota, generator and notifier, by name. */
  left(): string[] {
    return (['quota', 'generator', 'notifier'] as const).flatMap((kind) =>
      [...this.#open[kind]].map((what) => `${kind}: ${what}`),
    );
  }

  isBusy(part: Part): boolean {
    if (part.kind === 'renderer') return this.#hasJustBegun();
    if (part.kind !== 'gateway') return this.#open[part.kind].size > 0;
    return (this.#calls.get(part.url) ?? []).some(({ end }) => end === undefined);
  }

  /** A clip is made in seconds, and copied by somebody else for longer. */
  #hasJustBegun(): boolean {
    const since = Date.now() - FRESH_MS;
    return [...this.#open.renderer].some((name) => (this.#spans.renderer.get(name)?.begin ?? 0) > since);
  }

  /** Resolves as soon as the part has something in hand, or after `ms`. */
  async busy(part: Part, ms: number): Promise<void> {
    if (this.isBusy(part)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => this.isBusy(part) && resolve();
    const timer = setTimeout(resolve, ms);
    this.#waiting.add(check);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(check);
  }

  /** What the renderer itself says of its predictions, in place of what the log knew of them. */
  rendered(
    predictions: Iterable<{ readonly id: string; readonly beganAt: number; readonly endedAt: number }>,
  ): void {
    this.#spans.renderer.clear();
    for (const { id, beganAt, endedAt } of predictions)
      this.#spans.renderer.set(id, { begin: beganAt, end: endedAt || undefined });
  }

  /** How many of the part's kills hit something it had in hand. Grows once more when late facts have come. */
  hits({ kind, kills, url }: Part): number {
    const spans = kind === 'gateway' ? (this.#calls.get(url) ?? []) : [...this.#spans[kind].values()];
    return kills.filter((at) =>
      spans.some(
        ({ begin = Number.POSITIVE_INFINITY, end = Number.POSITIVE_INFINITY }) => begin <= at && at < end,
      ),
    ).length;
  }

  #asset(fact: Fact): void {
    const { type, ts, data } = fact;
    const name = nameOf(fact);
    if (type === 'AssetPrepared' || type === 'AssetRegenerateRequested')
      this.#begin('quota', `${data.assetId}/${data.number} decide`, ts);
    if (type === 'PredictionCreated') {
      const prediction = `${name}/${data.stage}/${data.attempt}`;
      this.#begin('renderer', prediction, ts);
      this.#span('renderer', prediction).end ??= ts + FRESH_MS; // until its journal tells
    }
    if (type === 'StageCompleted' || type === 'StageFailed')
      this.#finish('renderer', `${name}/${data.stage}/${data.attempt}`, ts);
    if (ENDS.has(type)) {
      this.#begin('quota', `${name} settle`, ts);
      this.#finish('generator', name, ts);
    }
    if (type === 'Mp4Stored') this.#begin('notifier', name, ts);
    if (type === 'GenerationReady') this.#finish('notifier', name, ts);
    if (type === 'GenerationReady' || CLOSED_WITHOUT_VIDEO.has(type)) {
      this.#finish('nats', name, ts);
      this.#finish('postgres', name, ts);
      for (const open of this.#open.renderer)
        if (open.startsWith(`${name}/`)) this.#finish('renderer', open, ts);
    }
    this.#changed();
  }

  #ledger(fact: Fact): void {
    if (isPlanted(fact)) return;
    const name = nameOf(fact);
    if (fact.type === 'GenerationReserved' || fact.type === 'GenerationDenied')
      this.#finish('quota', `${name} decide`, fact.ts);
    if (fact.type === 'GenerationReserved')
      for (const kind of ['generator', 'nats', 'postgres'] as const) this.#begin(kind, name, fact.ts);
    if (fact.type === 'GenerationCharged' || fact.type === 'GenerationReleased')
      this.#finish('quota', `${name} settle`, fact.ts);
    this.#changed();
  }

  #span(kind: Hands, name: string): Span {
    const span = this.#spans[kind].get(name) ?? {};
    this.#spans[kind].set(name, span);
    return span;
  }

  /** The streams are followed beside each other: an end may be heard of before its beginning. */
  #begin(kind: Hands, name: string, ts: number): void {
    const span = this.#span(kind, name);
    span.begin ??= ts;
    if (span.end === undefined) this.#open[kind].add(name);
  }

  #finish(kind: Hands, name: string, ts: number): void {
    this.#span(kind, name).end ??= ts;
    this.#open[kind].delete(name);
  }

  #changed(): void {
    this.lastFactAt = Date.now();
    for (const check of [...this.#waiting]) check();
  }
}
