import { ExpectedRow } from './expected-row.js';
import { type FactRef, type RawFact, refOf } from './raw-log.js';

/** The 429 texts of PRODUCT 3.2, by the reason of a refusal. */
const REFUSALS: Readonly<Record<string, string>> = {
  limit: 'monthly generation limit reached',
  overage_cap: 'monthly generation limit reached',
  overage_disabled: 'overage disabled — enable in project settings or upgrade plan',
};

/** A stored video, as its fact has it. */
export interface StoredVideo {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly posterKey: string;
  readonly fact: FactRef;
}

/** Everything that the log says of one generation. */
export class GenerationFold {
  readonly row: ExpectedRow;
  queued: RawFact | undefined;
  stored: RawFact | undefined;
  /** The last fact that ended it, or announced it. */
  over: RawFact | undefined;
  /** Its end without an announcement. */
  ended: RawFact | undefined;
  accepted = false;
  collected = false;
  predicted = false;

  constructor(readonly ask: RawFact) {
    const { assetId, number, requestedBy, asked } = ask.data;
    this.row = new ExpectedRow(ask, {
      ...{ asset_id: assetId, number, request_seq: ask.seq, requested_by: requestedBy, asked },
      ...{ requested_at: ask.ts, accepted: false, status: 'pending', reason: null, resolved: null },
      ...{ model: null, vision_prompt: null, loop_mode: null, key: null, poster_key: null, sha256: null },
      ...{
        bytes: null,
        predictions: [],
        ready_at: null,
        error_code: null,
        error_msg: null,
        collected: false,
      },
    });
  }

  get commandId(): string {
    return this.ask.data.commandId;
  }

  get video(): StoredVideo | undefined {
    if (!this.stored) return undefined;
    const { key, sha256, bytes, posterKey } = this.stored.data;
    return { key, sha256, bytes, posterKey, fact: refOf(this.stored) };
  }

  take(fact: RawFact) {
    const { data, ts } = fact;
    const set = (values: Record<string, unknown>) => this.row.set(fact, values);
    switch (fact.type) {
      case 'GenerationQueued':
        this.queued ??= fact;
        this.accepted = true;
        set({ accepted: true, resolved: data.resolved, model: data.model });
        return set({ vision_prompt: data.resolved.prompt_override ?? null });
      case 'VisionCompleted':
        return set({ vision_prompt: data.prompt });
      case 'PredictionCreated':
        return this.predict(fact);
      case 'Mp4Stored':
        this.stored = fact;
        set({ key: data.key, poster_key: data.posterKey, sha256: data.sha256, bytes: data.bytes });
        return set({ loop_mode: data.loopMode, model: data.model });
      case 'GenerationReady':
        this.over = fact;
        return set({ status: 'ready', ready_at: ts });
      case 'CachesPurged':
        if (!data.announced) return;
        this.over = fact;
        return set({ status: 'ready', ready_at: this.row.values.ready_at ?? ts });
      case 'GenerationCollected':
        this.collected = true;
        return set({ collected: true });
      default:
        return this.end(fact);
    }
  }

  private predict(fact: RawFact) {
    this.predicted = true;
    const { predictionId: id, stage, attempt } = fact.data;
    const known = this.row.values.predictions as { id: string }[];
    if (known.every((one) => one.id !== id))
      this.row.set(fact, { predictions: [...known, { id, stage, attempt }] });
  }

  private end(fact: RawFact) {
    const { code, message, reason } = fact.data;
    const ends: Record<string, Record<string, unknown>> = {
      GenerationFailed: { status: 'failed', error_code: code, error_msg: message },
      GenerationCancelled: { accepted: true, status: 'cancelled', reason, error_code: 'cancelled' },
      GenerationRefused: {
        ...{ status: 'refused', reason, error_code: 'quota_exceeded', error_msg: REFUSALS[reason] },
      },
    };
    const values = ends[fact.type];
    if (!values) return;
    if (fact.type === 'GenerationCancelled') this.accepted = true;
    this.over = fact;
    this.ended = fact;
    this.row.set(fact, values);
  }
}
