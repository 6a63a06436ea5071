import { nameOf } from '../support/ledger-check.ts';
import type { Fact } from '../support/raw-log.ts';

const ENDS = new Set(['Mp4Stored', 'GenerationFailed', 'GenerationCancelled', 'GenerationRefused']);
/** May be recorded of a generation that has ended: what was on its way, and what is removed. */
const AFTERWARDS = new Set(['GenerationCollected', 'AssetPurged']);
const PREDICTIONS = new Set(['single', 'stage1', 'stage2']);
/** What must have been completed before a stage begins. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  stage2: ['stage1'],
  merge: ['single|stage2'],
  r2_write: ['merge'],
};

/** One generation on `.generation`, fact by fact. */
class Pipeline {
  readonly #violations: string[];
  #queued = false;
  #end = '';
  #source = false;
  #vision = false;
  readonly #attempts = new Map<string, number>();
  readonly #created = new Set<string>();
  readonly #completed = new Set<string>();

  constructor(violations: string[]) {
    this.#violations = violations;
  }

  take(fact: Fact): void {
    const { type, data } = fact;
    const stage = String(data.stage ?? '');
    const attempt = Number(data.attempt ?? 0);
    if (this.#end !== '' && !AFTERWARDS.has(type)) this.#say(fact, `after ${this.#end}`);
    if (type === 'GenerationQueued' && this.#queued) this.#say(fact, 'is queued again');
    if (!this.#queued && !['GenerationQueued', 'GenerationRefused', 'GenerationCancelled'].includes(type))
      this.#say(fact, 'before it was queued');
    if (type === 'GenerationQueued') this.#queued = true;
    if (type === 'SourceFetched') this.#source = true;
    if (type === 'VisionStarted' && !this.#source) this.#say(fact, 'before its source');
    if (type === 'VisionCompleted') this.#vision = true;
    if (type === 'StageStarted') this.#starts(fact, stage, attempt);
    if (['PredictionCreated', 'StageCompleted', 'StageFailed'].includes(type))
      this.#goesOn(fact, stage, attempt);
    if (type === 'Mp4Stored' && !this.#completed.has('merge')) this.#say(fact, 'before it was merged');
    if (ENDS.has(type)) this.#end = type;
  }

  #say({ seq, type, data }: Fact, what: string): void {
    this.#violations.push(`${seq} ${type} of ${data.assetId}/${data.generation} ${data.stage ?? ''} ${what}`);
  }

  #starts(fact: Fact, stage: string, attempt: number): void {
    if (stage !== 'vision' && !this.#vision) this.#say(fact, 'before there is a prompt');
    const done = (names: string) => names.split('|').some((name) => this.#completed.has(name));
    for (const needed of BEFORE[stage] ?? [])
      if (!done(needed)) this.#say(fact, `before ${needed} was completed`);
    if (this.#completed.has(stage)) this.#say(fact, 'is completed already');
    const last = this.#attempts.get(stage) ?? 0;
    if (attempt !== last + 1) this.#say(fact, `is attempt ${attempt} after ${last}`);
    this.#attempts.set(stage, attempt);
  }

  #goesOn(fact: Fact, stage: string, attempt: number): void {
    const name = `${stage}/${attempt}`;
    // Storing is not announced: only that it failed is told.
    if (stage === 'r2_write' && attempt === (this.#attempts.get(stage) ?? 0) + 1)
      this.#starts(fact, stage, attempt);
    if (this.#attempts.get(stage) !== attempt)
      this.#say(fact, `of attempt ${attempt}, which is not under way`);
    if (fact.type === 'PredictionCreated') {
      if (this.#created.has(name)) this.#say(fact, 'is created again');
      this.#created.add(name);
    }
    if (fact.type !== 'StageCompleted') return;
    if (PREDICTIONS.has(stage) && !this.#created.has(name)) this.#say(fact, 'without a prediction');
    this.#completed.add(stage);
  }
}

/** The videos of one asset: what is served only grows, each is announced once and in order. */
class Videos {
  readonly #violations: string[];
  #served = 0;
  #announced = 0;
  #switchedAt = 0;

  constructor(violations: string[]) {
    this.#violations = violations;
  }

  take({ seq, type, data }: Fact, stored: ReadonlySet<string>): void {
    const generation = Number(data.generation);
    const say = (what: string) =>
      this.#violations.push(`${seq} ${type} of ${data.assetId}/${generation} ${what}`);
    if (type === 'VideoSwitched') {
      if (!stored.has(`${data.assetId}/${generation}`)) say('before it was stored');
      if (generation <= this.#served) say(`after ${this.#served}`);
      if (this.#announced !== this.#served) say(`before ${this.#served} was announced`);
      if (Number(data.switchedAt) < this.#switchedAt + 1_000) say('within a second of the one before');
      this.#served = generation;
      this.#switchedAt = Number(data.switchedAt);
    } else if (generation !== this.#served) say(`while ${this.#served} is served`);
    if (type === 'GenerationReady') {
      if (generation <= this.#announced) say(`after ${this.#announced} was announced`);
      this.#announced = generation;
    }
  }
}

const REQUESTS = new Set(['AssetPrepared', 'AssetRegenerateRequested']);
const VIDEOS = new Set(['VideoSwitched', 'CachesPurged', 'GenerationReady']);

/** Goes through ASSETS in the order of the stream; gives what stands where it must not. */
export function outOfOrder(assets: readonly Fact[]): string[] {
  const violations: string[] = [];
  const numbers = new Map<unknown, number>();
  const commands = new Set<unknown>();
  const pipelines = new Map<string, Pipeline>();
  const videos = new Map<unknown, Videos>();
  const stored = new Set<string>();
  const get = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
    const found = map.get(key) ?? make();
    map.set(key, found);
    return found;
  };
  for (const fact of assets) {
    const { seq, type, data, subject } = fact;
    if (REQUESTS.has(type)) {
      const last = numbers.get(data.assetId) ?? 0;
      if (data.number !== last + 1) violations.push(`${seq} ${type} is number ${data.number} after ${last}`);
      if (commands.has(data.commandId)) violations.push(`${seq} ${type} is asked for again`);
      commands.add(data.commandId);
      numbers.set(data.assetId, Number(data.number));
    }
    if (type === 'Mp4Stored') stored.add(nameOf(fact));
    if (subject.endsWith('.generation'))
      get(pipelines, nameOf(fact), () => new Pipeline(violations)).take(fact);
    if (VIDEOS.has(type)) get(videos, data.assetId, () => new Videos(violations)).take(fact, stored);
  }
  return violations;
}
