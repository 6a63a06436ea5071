import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  PredictionCreated,
  type PredictionStage,
  PredictionUnconfirmed,
  StageStarted,
} from '@zoetrope/contracts/facts/generation';
import type { GeneratorDue } from '@zoetrope/contracts/messages';
import type { Generation } from '@zoetrope/domain/generation';
import { type Limits, lateResult, type Step } from '@zoetrope/domain/generation-steps';
import { Semaphore } from '@zoetrope/media/semaphore';
import { ObjectStoreError } from '@zoetrope/objects/errors';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import type { Prediction } from 'replicate';
import { Cancellations } from './cancellations.js';
import type { GeneratorConfig } from './config.js';
import { factOf, failureFact, providerFailure } from './failures.js';
import { Generations, type MakeFact } from './generations.js';
import { limitsOf } from './limits.js';
import { PipelineAlarms, type Whose } from './pipeline-alarms.js';
import { ProgressWatch } from './progress/progress-watch.js';
import { Provider, type ToPredict } from './provider/provider.js';
import { asProviderError, ProviderError } from './provider/provider-error.js';
import { AnimateStage } from './stages/animate.js';
import { CollectStage } from './stages/collect.js';
import { asStageError, StageError } from './stages/stage-error.js';

type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;
/** `again`: look at the log for the next step. `let-go`: an alarm or a callback will come. */
export type Ran = 'again' | 'let-go';

/**
 * Whoever dies between asking the provider and noting its answer cannot know what it asked, and each such stage is paid
 * again, unless its callback comes first. So few are asked at once, however many wait: this is what one kill may cost.
 * Replicate takes ten creations a second, which four at once reach at 0.4 s each.
 */
const CREATING_AT_ONCE = 4;

/** Starts, adopts, asks after and gives up predictions; each runs at the provider, none in our memory. */
@Injectable()
export class Predictions {
  private readonly logger = new Logger(Predictions.name);
  private readonly limits: Limits;
  private readonly creating = new Semaphore(CREATING_AT_ONCE);

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: GeneratorConfig,
    private readonly generations: Generations,
    private readonly alarms: PipelineAlarms,
    private readonly provider: Provider,
    private readonly progress: ProgressWatch,
    private readonly animate: AnimateStage,
    private readonly collector: CollectStage,
    private readonly cancellations: Cancellations,
  ) {
    this.limits = limitsOf(config);
  }

  /** Alarm, StageStarted, and only who wrote it asks the provider. */
  async start({ stage, attempt }: StepOf<'start'>, state: Generation, whose: Whose): Promise<Ran> {
    const key = `${stage}.${attempt}`;
    const order = await this.orderOf(state, stage, attempt);
    if (order instanceof StageError) {
      await this.generations.record(state, failureFact(stage, attempt, order), { key });
      return 'again';
    }
    return this.creating.run(async () => {
      await this.alarms.poll(whose, stage, attempt, this.untilOf(this.clock.now()));
      const started: MakeFact = (base) => StageStarted({ ...base, stage, attempt, ...order.told });
      if (!(await this.generations.record(state, started, { key, exclusive: true }))) return 'again';
      return this.create(order, stage, attempt, whose);
    });
  }

  /**
   * A prediction that reported before, or instead of, its creation's answer. The signature of its callback covers no
   * address, so the provider is asked whom it was made for.
   * @throws ProviderError when it cannot be known now: the callback comes again
   */
  async adopt({ stage, attempt, predictionId }: StepOf<'adopt'>, state: Generation): Promise<Ran> {
    const address = `/${state.queued?.assetId}/${state.number}/${stage}/${attempt}`;
    const reported = await this.provider.get(predictionId).catch(asProviderError);
    if (reported instanceof ProviderError && reported.transient) throw reported;
    const madeFor = reported instanceof ProviderError ? 'nobody' : (reported.webhook ?? address);
    if (!madeFor.endsWith(address)) {
      this.logger.warn({ msg: 'a prediction reported where it does not belong', predictionId, address });
      return 'let-go';
    }
    const created: MakeFact = (base) =>
      PredictionCreated({ ...base, stage, attempt, predictionId, adopted: true });
    await this.generations.record(state, created, { key: `${stage}.${attempt}` });
    return 'again';
  }

  /** Asks the provider; a result is copied and recorded, else the next poll is set. */
  async collect(step: StepOf<'collect'>, state: Generation, due: GeneratorDue): Promise<Ran | MakeFact> {
    const { stage, attempt, predictionId } = step;
    const span = this.untilOf(state.attempts[stage]?.startedAt ?? 0);
    const answer = await this.provider.get(predictionId).catch(asProviderError);
    const isLate = this.clock.now() >= span.until;
    if (answer instanceof ProviderError) {
      if (!answer.transient) return failureFact(stage, attempt, providerFailure(answer));
      if (isLate) return this.late(step);
      await this.alarms.poll(due, stage, attempt, span, answer.retryAfterMs);
      return 'let-go';
    }
    // One that is over its time was cancelled by us, or by the deadline it was given.
    if (isOver(answer) && !(isLate && answer.status === 'canceled')) {
      this.progress.forget(predictionId);
      return this.take(answer, step, state, due);
    }
    if (isLate) return this.late(step);
    this.progress.follow(state, stage, attempt, answer);
    await this.alarms.poll(due, stage, attempt, span);
    return 'let-go';
  }

  /** A link that does not answer now is tried again with the next polls: another prediction would be paid again. */
  private async take(
    prediction: Prediction,
    step: StepOf<'collect'>,
    state: Generation,
    due: GeneratorDue,
  ): Promise<Ran | MakeFact> {
    const { stage, attempt } = step;
    try {
      return await this.collector.run(state, stage, attempt, prediction);
    } catch (error) {
      const span = this.untilOf(state.attempts[stage]?.startedAt ?? 0);
      const isLate = this.clock.now() >= span.until;
      if (!(error instanceof ProviderError) || !error.transient || isLate) {
        return factOf(stage, attempt, () => Promise.reject(error));
      }
      await this.alarms.poll(due, stage, attempt, span, error.retryAfterMs);
      return 'let-go';
    }
  }

  private late(step: StepOf<'collect'>): Promise<MakeFact> {
    return this.timeOut({ ...step, kind: 'time-out', message: lateResult(this.limits.predictionMs) });
  }

  private untilOf(since: number) {
    return { since, until: since + this.limits.predictionMs };
  }

  /** Stops what may still be running; another attempt may follow. */
  async timeOut({ stage, attempt, predictionId, message }: StepOf<'time-out'>): Promise<MakeFact> {
    if (predictionId) await this.cancellations.stop(predictionId);
    const code = stage === 'vision' ? 'vision_timeout' : 'i2v_timeout';
    return failureFact(stage, attempt, new StageError(code, message, true));
  }

  /** @throws when the object store is away: no fault of this attempt */
  private async orderOf(state: Generation, stage: PredictionStage, attempt: number) {
    try {
      return await this.animate.order(state, stage, attempt);
    } catch (error) {
      if (error instanceof ObjectStoreError) throw error;
      return error instanceof ProviderError
        ? providerFailure(error)
        : asStageError(error, 'i2v_failed', false);
    }
  }

  private async create(
    order: ToPredict,
    stage: PredictionStage,
    attempt: number,
    whose: Whose,
  ): Promise<Ran> {
    const created = await this.provider.create(order).catch(asProviderError);
    if (!(created instanceof ProviderError))
      return this.recordCreated(created.id, order, stage, attempt, whose);
    // It may have been created: asking again could pay twice. Its callback adopts it, or the alarm fails it.
    if (created.ambiguous) return this.waitForCallback(created, order, stage, attempt, whose);
    const state = await this.generations.load(whose.assetId, whose.generation, whose.requestSeq);
    const failed = failureFact(stage, attempt, providerFailure(created));
    await this.generations.record(state, failed, { key: `${stage}.${attempt}` });
    return 'again';
  }

  /** A request whose answer was lost, and that has a callback, is waited for as long as its prediction may take. */
  private async waitForCallback(
    { status }: ProviderError,
    { webhook }: ToPredict,
    stage: PredictionStage,
    attempt: number,
    { assetId, generation, requestSeq }: Whose,
  ): Promise<Ran> {
    const unconfirmed: MakeFact = (base) => PredictionUnconfirmed({ ...base, stage, attempt });
    while (status === undefined && webhook !== undefined) {
      const state = await this.generations.load(assetId, generation, requestSeq);
      const current = state.attempts[stage];
      if (state.ended || current?.number !== attempt || current.failure || current.predictionId) break;
      if (await this.generations.record(state, unconfirmed, { key: `${stage}.${attempt}` })) break;
    }
    return 'let-go';
  }

  private async recordCreated(
    predictionId: string,
    { webhook }: ToPredict,
    stage: PredictionStage,
    attempt: number,
    whose: Whose,
  ): Promise<Ran> {
    const { assetId, generation, requestSeq } = whose;
    const created: MakeFact = (base) =>
      PredictionCreated({ ...base, stage, attempt, predictionId, adopted: false });
    for (;;) {
      const state = await this.generations.load(assetId, generation, requestSeq);
      const current = state.attempts[stage];
      if (state.ended || current?.number !== attempt || current.failure) {
        await this.cancellations.stop(predictionId);
        return 'again';
      }
      const known = current.predictionId !== undefined;
      if (known || (await this.generations.record(state, created, { key: `${stage}.${attempt}` }))) {
        const ring = webhook ? undefined : () => this.alarms.look(whose, stage, attempt);
        if (!current.completed) this.progress.watch(state, stage, attempt, predictionId, ring);
        return 'let-go';
      }
    }
  }
}

const isOver = ({ status }: Prediction) => status !== 'starting' && status !== 'processing';
