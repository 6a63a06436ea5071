import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { faultOf } from '../predictions/faults.js';
import { isFinal, type Prediction } from '../predictions/prediction.js';
import { PredictionStore } from '../predictions/prediction-store.js';
import { WebhookSender } from '../webhooks/webhook-sender.js';
import { MakeOutput } from './make-output.js';
import { progressLine } from './progress-log.js';
import { spoil } from './spoil.js';

interface Run {
  control: AbortController;
  done: Promise<void>;
}

const SHUTDOWN = Symbol('shutdown');
const DAY_MS = 86_400_000;

/** How long this prediction is held back: faults and the fixture's own delay. */
function heldBackMs({ faults, input }: Prediction): number {
  const slow = faults.reduce((sum, fault) => sum + (fault.kind === 'slow' ? fault.ms : 0), 0);
  return slow + (typeof input?.delay_ms === 'number' ? input.delay_ms : 0);
}

/** Runs every prediction to its end, whatever that is, and tells the caller. */
@Injectable()
export class RunPredictions implements OnModuleDestroy {
  readonly #log = new Logger('runs');
  readonly #runs = new Map<string, Run>();

  constructor(
    private readonly store: PredictionStore,
    private readonly output: MakeOutput,
    private readonly webhooks: WebhookSender,
  ) {}

  /** After a restart: what was in flight runs again under its id, what was not yet told is told. */
  resume(restored: Prediction[]): void {
    for (const prediction of restored) {
      if (!isFinal(prediction)) this.begin(prediction);
      else if (!prediction.notified) this.#tellEnd(prediction);
    }
  }

  begin(prediction: Prediction): void {
    const control = new AbortController();
    const done = this.#run(prediction, control.signal).finally(() => this.#runs.delete(prediction.id));
    this.#runs.set(prediction.id, { control, done });
  }

  /** Resolves when the prediction has ended; one that had ended already stays as it is. */
  async cancel({ id }: Prediction): Promise<void> {
    const run = this.#runs.get(id);
    run?.control.abort();
    await run?.done;
  }

  /** What is in flight stays so in the journal and runs again at the next start. */
  async onModuleDestroy(): Promise<void> {
    const runs = [...this.#runs.values()];
    for (const { control } of runs) control.abort(SHUTDOWN);
    await Promise.all(runs.map(({ done }) => done));
  }

  async #run(prediction: Prediction, signal: AbortSignal): Promise<void> {
    const alarm = this.#deadlineOf(prediction);
    try {
      await this.#work(prediction, alarm ? AbortSignal.any([signal, alarm]) : signal);
    } catch (error) {
      if (signal.reason === SHUTDOWN) return;
      const stopped = signal.aborted || alarm?.aborted;
      await this.store
        .end(prediction, stopped ? { event: 'canceled' } : { event: 'failed', error: messageOf(error) })
        .catch((broken: unknown) => this.#log.error(broken, 'the journal could not be written'));
    }
    if (isFinal(prediction)) this.#tellEnd(prediction);
  }

  #deadlineOf({ deadline }: Prediction): AbortSignal | undefined {
    return deadline ? AbortSignal.timeout(Math.max(0, Date.parse(deadline) - Date.now())) : undefined;
  }

  async #work(prediction: Prediction, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.store.start(prediction);
    prediction.logs = '';
    this.webhooks.tell(prediction, 'start');
    const startedAt = Date.parse(prediction.startedAt ?? prediction.createdAt);
    await sleep(Math.max(0, startedAt + heldBackMs(prediction) - Date.now()), undefined, { signal });
    await this.#suffer(prediction, signal);
    const began = performance.now();
    const output = await this.output.make(prediction, signal, ({ done, total }) => {
      prediction.logs += progressLine(done, total, performance.now() - began);
      this.webhooks.tell(prediction, 'logs');
    });
    signal.throwIfAborted();
    const how = faultOf(prediction.faults, 'wrong-output')?.how;
    if (how) await spoil(join(this.store.outputFolder(prediction.id), output), how);
    await this.store.end(prediction, { event: 'succeeded', output });
  }

  /** What a test asked to go wrong while it runs. */
  async #suffer(prediction: Prediction, signal: AbortSignal): Promise<void> {
    const { faults } = prediction;
    if (faultOf(faults, 'forged-webhook')) await this.webhooks.forge(prediction);
    const progress = faultOf(faults, 'progress');
    for (let step = 1; step <= (progress?.steps ?? 0); step += 1) {
      await sleep(progress?.ms, undefined, { signal });
      prediction.logs += progressLine(step, progress?.steps ?? 0, step * (progress?.ms ?? 0));
      this.webhooks.tell(prediction, 'logs');
    }
    const failure = faultOf(faults, 'fail');
    if (failure) throw new Error(failure.error ?? 'Prediction failed: injected fault');
    while (faultOf(faults, 'never-finish')) await sleep(DAY_MS, undefined, { signal });
  }

  #tellEnd(prediction: Prediction): void {
    this.webhooks
      .tellEnd(prediction)
      .catch((error: unknown) => this.#log.error(error, 'the end of a prediction could not be told'));
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
