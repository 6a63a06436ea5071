import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ProgressReport } from '@zoetrope/contracts/events';
import type { PredictionStage } from '@zoetrope/contracts/facts/generation';
import { progressSubject } from '@zoetrope/contracts/subjects';
import type { Generation } from '@zoetrope/domain/generation';
import { PREDICTION_TIMEOUT_MS } from '@zoetrope/domain/generation-steps';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { Prediction } from 'replicate';
import { progressOf } from '../provider/progress-of.js';
import { Provider } from '../provider/provider.js';

const EVERY_MS = 1_000;
/** More predictions than this are not watched: each costs the provider a call a second. */
const MAX_WATCHED = 32;

interface Watched {
  readonly predictionId: string;
  readonly stage: PredictionStage;
  readonly attempt: number;
  readonly generation: Generation;
  readonly since: number;
  readonly whenOver?: () => Promise<void>;
}

/** Tells how far the predictions started by this process are. In memory only: losing it costs a progress bar. */
@Injectable()
export class ProgressWatch implements OnApplicationShutdown {
  private readonly watched = new Map<string, Watched>();
  private timer?: NodeJS.Timeout;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly provider: Provider,
  ) {}

  /** `whenOver`: called when the prediction is seen to have ended, for a provider that cannot call us back. */
  watch(
    generation: Generation,
    stage: PredictionStage,
    attempt: number,
    predictionId: string,
    whenOver?: () => Promise<void>,
  ): void {
    if (this.watched.size >= MAX_WATCHED) return;
    const since = this.clock.now();
    this.watched.set(predictionId, { predictionId, stage, attempt, generation, since, whenOver });
    this.schedule();
  }

  /** Another process may have begun it, and be gone: whoever asks after it tells of it from now on. */
  follow(generation: Generation, stage: PredictionStage, attempt: number, prediction: Prediction): void {
    if (this.watched.has(prediction.id)) return;
    this.report(generation, stage, attempt, prediction);
    this.watch(generation, stage, attempt, prediction.id);
  }

  forget(predictionId: string): void {
    this.watched.delete(predictionId);
  }

  /** Publishes what the prediction's logs say, if they name a percentage. */
  report({ queued }: Generation, stage: PredictionStage, attempt: number, prediction: Prediction): void {
    const progress = progressOf(prediction.logs);
    if (progress === undefined || !queued) return;
    const { assetId, projectId, generation, requestSeq } = queued;
    const about = { assetId, projectId, generation, requestSeq, stage, attempt };
    const report: ProgressReport = { ...about, progress, ts: this.clock.now() };
    this.log.core.publish(progressSubject(assetId), report);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.watched.clear();
  }

  private schedule(): void {
    // One that is set stays: put off by each newcomer, a busy generator would never look.
    this.timer ??= setTimeout(() => void this.look(), EVERY_MS).unref();
  }

  private async look(): Promise<void> {
    try {
      await Promise.all([...this.watched.values()].map((each) => this.lookAt(each)));
    } finally {
      this.timer = undefined;
      if (this.watched.size > 0) this.schedule();
    }
  }

  private async lookAt(each: Watched): Promise<void> {
    const { predictionId, generation, stage, attempt, since, whenOver } = each;
    // A provider that does not answer now is asked again in a second; the durable poll is somewhere else.
    const prediction = await this.provider.get(predictionId).catch(() => undefined);
    const over = prediction?.status !== 'starting' && prediction?.status !== 'processing';
    if ((prediction && over) || this.clock.now() - since > PREDICTION_TIMEOUT_MS) this.forget(predictionId);
    if (prediction && !over) this.report(generation, stage, attempt, prediction);
    // Not told now, the durable poll finds it later.
    if (prediction && over) await whenOver?.().catch(() => {});
  }
}
