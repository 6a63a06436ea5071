import { Inject, Injectable } from '@nestjs/common';
import { PredictionCreated, type PredictionStage, StageStarted } from '@zoetrope/contracts/facts/generation';
import type { GeneratorDue } from '@zoetrope/contracts/messages';
import type { Generation } from '@zoetrope/domain/generation';
import { PREDICTION_TIMEOUT_MS, type Step } from '@zoetrope/domain/generation-steps';
import { ObjectStoreError } from '@zoetrope/objects/errors';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import type { Prediction } from 'replicate';
import { Cancellations } from './cancellations.js';
import { factOf, failureFact, providerFailure } from './failures.js';
import { Generations, type MakeFact } from './generations.js';
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

/** Starts, adopts, asks after and gives up predictions; each runs at the provider, none in our memory. */
@Injectable()
export class Predictions {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly generations: Generations,
    private readonly alarms: PipelineAlarms,
    private readonly provider: Provider,
    private readonly progress: ProgressWatch,
    private readonly animate: AnimateStage,
    private readonly collector: CollectStage,
    private readonly cancellations: Cancellations,
  ) {}

  /** Alarm, StageStarted, and only who wrote it asks the provider. */
  async start({ stage, attempt }: StepOf<'start'>, state: Generation, whose: Whose): Promise<Ran> {
    const key = `${stage}.${attempt}`;
    const order = await this.orderOf(state, stage, attempt);
    if (order instanceof StageError) {
      await this.generations.record(state, failureFact(stage, attempt, order), { key });
      return 'again';
    }
    await this.alarms.poll(whose, stage, attempt, 0, this.clock.now() + PREDICTION_TIMEOUT_MS);
    const started: MakeFact = (base) => StageStarted({ ...base, stage, attempt, ...order.told });
    if (!(await this.generations.record(state, started, { key, exclusive: true }))) return 'again';
    return this.create(order, stage, attempt, whose);
  }

  /** A prediction that reported before, or instead of, its creation's answer. */
  async adopt({ stage, attempt, predictionId }: StepOf<'adopt'>, state: Generation): Promise<Ran> {
    const created: MakeFact = (base) =>
      PredictionCreated({ ...base, stage, attempt, predictionId, adopted: true });
    await this.generations.record(state, created, { key: `${stage}.${attempt}` });
    return 'again';
  }

  /** Asks the provider; a result is copied and recorded, else the next poll is set. */
  async collect(step: StepOf<'collect'>, state: Generation, due: GeneratorDue): Promise<Ran | MakeFact> {
    const { stage, attempt, predictionId } = step;
    const prediction = await this.ask(predictionId);
    if (prediction instanceof StageError) return failureFact(stage, attempt, prediction);
    if (prediction && isOver(prediction)) {
      this.progress.forget(predictionId);
      return factOf(stage, attempt, () => this.collector.run(state, stage, attempt, prediction));
    }
    const startedAt = state.attempts[stage]?.startedAt ?? 0;
    const until = startedAt + PREDICTION_TIMEOUT_MS;
    if (this.clock.now() >= until) {
      return this.timeOut({ ...step, kind: 'time-out', message: 'no result within 5 minutes' });
    }
    if (prediction) this.progress.report(state, stage, attempt, prediction);
    await this.alarms.poll(due, stage, attempt, (due.polls ?? 0) + 1, until);
    return 'let-go';
  }

  /** Stops what may still be running; another attempt may follow. */
  async timeOut({ stage, attempt, predictionId, message }: StepOf<'time-out'>): Promise<MakeFact> {
    if (predictionId) await this.cancellations.stop(predictionId);
    return failureFact(stage, attempt, new StageError('i2v_timeout', message, true));
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
    if (created.ambiguous) return 'let-go';
    const state = await this.generations.load(whose.assetId, whose.generation, whose.requestSeq);
    const failed = failureFact(stage, attempt, providerFailure(created));
    await this.generations.record(state, failed, { key: `${stage}.${attempt}` });
    return 'again';
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

  /** Undefined: it cannot be known now. A StageError: the provider will never tell. */
  private async ask(predictionId: string): Promise<Prediction | StageError | undefined> {
    try {
      return await this.provider.get(predictionId);
    } catch (error) {
      return asProviderError(error).transient ? undefined : providerFailure(error);
    }
  }
}

const isOver = ({ status }: Prediction) => status !== 'starting' && status !== 'processing';
