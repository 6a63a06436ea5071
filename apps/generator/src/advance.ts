import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  GenerationFailed,
  RetryScheduled,
  StageStarted,
  VisionStarted,
} from '@zoetrope/contracts/facts/generation';
import type { GeneratorDue } from '@zoetrope/contracts/messages';
import type { Generation } from '@zoetrope/domain/generation';
import { nextStep, type Step } from '@zoetrope/domain/generation-steps';
import { inSpan } from '@zoetrope/eventlog/tracing';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { sabotaged } from '@zoetrope/platform/sabotage';
import { Cancellations } from './cancellations.js';
import type { GeneratorConfig } from './config.js';
import { factOf } from './failures.js';
import { Generations, type MakeFact } from './generations.js';
import { limitsOf } from './limits.js';
import { PipelineAlarms } from './pipeline-alarms.js';
import { Predictions, type Ran } from './predictions.js';
import { WorkPlaces } from './stages/known-videos.js';
import { SourceStage } from './stages/source.js';
import { StageError } from './stages/stage-error.js';
import { StitchStage } from './stages/stitch.js';
import { StoreStage } from './stages/store.js';
import { VisionStage } from './stages/vision.js';
import { withinTime } from './within-time.js';

/** Far more than a generation with all its retries takes; beyond it something turns in circles. */
const MAX_ROUNDS = 100;
/** Merging and storing take seconds; what hangs must not hold the generation until its stall clock rings. */
const OWN_WORK_MS = 180_000;

/** One visit to a generation. */
interface Visit {
  readonly due: GeneratorDue;
  readonly signal: AbortSignal;
  /** What the last step made, so that losing its append to an unrelated fact does not redo minutes of work. */
  made?: { readonly step: string; readonly fact: MakeFact };
}

/** Brings a generation as far as it can go now: asks the log what is left, does it, records it, asks again. */
@Injectable()
export class Advance {
  private readonly logger = new Logger(Advance.name);

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: GeneratorConfig,
    private readonly generations: Generations,
    private readonly alarms: PipelineAlarms,
    private readonly cancellations: Cancellations,
    private readonly predictions: Predictions,
    private readonly source: SourceStage,
    private readonly vision: VisionStage,
    private readonly stitch: StitchStage,
    private readonly store: StoreStage,
    private readonly places: WorkPlaces,
  ) {}

  /** @throws what is no outcome of the generation (log or store away, shutdown): the message comes again */
  async run(due: GeneratorDue, signal: AbortSignal): Promise<void> {
    const visit: Visit = { due, signal };
    for (let round = 0; round < MAX_ROUNDS; round++) {
      signal.throwIfAborted();
      const state = seenFrom(due, await this.generations.load(due.assetId, due.generation, due.requestSeq));
      const step = nextStep(state, {
        now: this.clock.now(),
        heard: heardIn(due),
        stallRang: due.kind === 'stall',
        limits: limitsOf(this.config),
      });
      // Under its own request's trace, whatever brought the message: a provider's callback has another.
      const how = { traceparent: state.traceparent, attributes: attributesOf(step, due) };
      if ((await inSpan(`step ${step.kind}`, how, () => this.take(step, state, visit))) === 'again') continue;
      if (due.kind === 'stall' && step.kind !== 'nothing-left') await this.alarms.stall(due, state.lastTs);
      return;
    }
    throw new Error(`generation ${due.assetId}/${due.generation} took ${MAX_ROUNDS} rounds`);
  }

  private take(step: Step, state: Generation, visit: Visit): Promise<Ran> {
    const { due } = visit;
    switch (step.kind) {
      case 'nothing-left':
        return this.cancellations.stopLeftOver(state, due.predictionId).then(() => 'let-go');
      case 'superseded':
        return this.cancellations.end(due, 'superseded').then(() => 'let-go');
      case 'start':
        return this.predictions.start(step, state, { ...due, requestSeq: state.queued?.requestSeq });
      case 'adopt':
        return this.predictions.adopt(step, state);
      case 'collect':
      case 'time-out':
        return this.settle(step, state, visit);
      case 'await':
      case 'wait':
      case 'retry':
        return this.wait(step, state, due);
      case 'fail':
        return this.fail(step, state);
      default:
        return this.work(step, state, visit);
    }
  }

  /** Steps done in this process. */
  private async work(
    step: Extract<Step, { kind: 'source' | 'vision' | 'merge' | 'store' }>,
    state: Generation,
    visit: Visit,
  ): Promise<Ran> {
    const attempt = 'attempt' in step ? step.attempt : 1;
    if ('begun' in step && !step.begun) return this.begin(step.kind, attempt, state);
    const stage = step.kind === 'store' ? 'r2_write' : step.kind;
    return this.make(step, state, visit, `${stage}.${attempt}`, () =>
      factOf(stage, attempt, () => this.runStage(step.kind, attempt, state, visit.signal)),
    );
  }

  private runStage(
    kind: 'source' | 'vision' | 'merge' | 'store',
    attempt: number,
    state: Generation,
    signal: AbortSignal,
  ): Promise<MakeFact> {
    switch (kind) {
      case 'source':
        return this.source.run(state, signal);
      case 'vision':
        return this.inTime('vision_timeout', signal, (limited) => this.vision.run(state, attempt, limited));
      case 'merge':
        return this.places.run(() =>
          this.inTime('merge_failed', signal, (limited) => this.stitch.run(state, attempt, limited)),
        );
      case 'store':
        return this.inTime('r2_write_failed', signal, () => this.store.run(state));
    }
  }

  private inTime(
    code: 'vision_timeout' | 'merge_failed' | 'r2_write_failed',
    signal: AbortSignal,
    run: (signal: AbortSignal) => Promise<MakeFact>,
  ): Promise<MakeFact> {
    const ms = code === 'vision_timeout' ? this.config.GENERATOR_VISION_TIMEOUT_MS : OWN_WORK_MS;
    const late = () => new StageError(code, `not done within ${Math.round(ms / 1_000)} s`, true);
    return withinTime(ms, late, signal, run);
  }

  private async begin(stage: 'vision' | 'merge', attempt: number, state: Generation): Promise<Ran> {
    const prompt = stage === 'vision' ? state.queued?.resolved.prompt_override : undefined;
    const started: MakeFact = (base) =>
      stage === 'vision' ? VisionStarted({ ...base, attempt }) : StageStarted({ ...base, stage, attempt });
    const fact = prompt === undefined ? started : this.vision.override(prompt, attempt);
    await this.generations.record(state, fact, { key: `${stage}.${attempt}` });
    return 'again';
  }

  private async settle(
    step: Extract<Step, { kind: 'collect' | 'time-out' }>,
    state: Generation,
    visit: Visit,
  ): Promise<Ran> {
    const { due } = visit;
    return this.make(step, state, visit, `${step.stage}.${step.attempt}`, () =>
      step.kind === 'collect'
        ? this.predictions.collect(step, state, { ...due, requestSeq: state.queued?.requestSeq })
        : this.predictions.timeOut(step),
    );
  }

  private async make(
    step: Step,
    state: Generation,
    visit: Visit,
    key: string,
    run: () => Promise<MakeFact | Ran>,
  ): Promise<Ran> {
    const name = JSON.stringify(step);
    const made = visit.made?.step === name ? visit.made.fact : await run();
    if (typeof made === 'string') return made;
    visit.made = { step: name, fact: made };
    await this.generations.record(state, made, { key });
    return 'again';
  }

  /** Alarm first, then the fact that tells of it. */
  private async wait(
    step: Extract<Step, { kind: 'await' | 'wait' | 'retry' }>,
    state: Generation,
    due: GeneratorDue,
  ): Promise<Ran> {
    const whose = { assetId: due.assetId, generation: due.generation, requestSeq: state.queued?.requestSeq };
    const { stage, attempt } = step;
    if (step.kind === 'await') {
      await this.alarms.poll(whose, stage, attempt, step);
      return 'let-go';
    }
    const at = step.kind === 'wait' ? step.until : this.clock.now() + step.delayMs;
    await this.alarms.retry(whose, stage, attempt, at);
    if (step.kind === 'wait') return 'let-go';
    const scheduled: MakeFact = (base) => RetryScheduled({ ...base, stage, attempt, at });
    return (await this.generations.record(state, scheduled, { key: `${stage}.${attempt}` }))
      ? 'let-go'
      : 'again';
  }

  private async fail(step: Extract<Step, { kind: 'fail' }>, state: Generation): Promise<Ran> {
    const { stage, code, message } = step;
    // Its message can quote somebody else's words, a prompt among them; the asset's timeline has it.
    const about = { assetId: state.queued?.assetId, generation: state.number };
    this.logger.warn({ msg: 'generation failed', ...about, stage, code });
    await this.generations.record(state, (base) => GenerationFailed({ ...base, stage, code, message }));
    return 'again'; // a prediction that still runs is stopped once nothing is left
  }
}

const attributesOf = (step: Step, { assetId, generation }: GeneratorDue) => ({
  'zoetrope.asset_id': assetId,
  'zoetrope.generation': generation,
  ...('stage' in step && step.stage !== undefined && { 'zoetrope.stage': step.stage }),
});

/** Under `call-twice` whoever begins takes no notice of what was begun before: a checker has to see it. */
const seenFrom = ({ kind }: GeneratorDue, state: Generation): Generation =>
  kind === 'begin' && sabotaged('call-twice')
    ? { ...state, attempts: { vision: state.attempts.vision } }
    : state;

const heardIn = ({ kind, stage, attempt, predictionId }: GeneratorDue) =>
  kind === 'callback' || kind === 'poll' ? { stage, attempt, predictionId } : undefined;
