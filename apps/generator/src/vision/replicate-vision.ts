import { setTimeout as delay } from 'node:timers/promises';
import Replicate, { type Prediction } from 'replicate';
import type { VisionSettings } from '../models/settings.js';
import { isRefused } from '../provider/failed-prediction.js';
import { asProviderError } from '../provider/provider-error.js';
import { singleShotFetch } from '../provider/single-shot-fetch.js';
import { StageError } from '../stages/stage-error.js';
import { INSTRUCTIONS, promptIn, taskOf } from './instructions.js';
import { blocked, unanswered, type VisionAsk, type VisionProvider } from './vision-provider.js';

export interface ReplicateVisionSettings {
  readonly token: string;
  readonly baseUrl: string;
  readonly model: VisionSettings['replicate'];
  /** A picture as the provider can read it. */
  readonly imageInput: (jpeg: Buffer, contentType: string) => Promise<string>;
}

/** Seconds that Replicate holds its answer for the end; most models are done by then. */
const HOLD_S = 15;
const POLL_MS = 1_000;
const CALL_TIMEOUT_MS = 30_000;

/**
 * A vision model at Replicate. It is waited for, at most the 30 s of an attempt: a prompt takes seconds, and one more
 * callback address with its alarms would cost more than it saves.
 */
export class ReplicateVision implements VisionProvider {
  readonly name = 'replicate';
  private readonly client: Replicate;

  constructor(private readonly settings: ReplicateVisionSettings) {
    this.client = new Replicate({
      auth: settings.token,
      baseUrl: settings.baseUrl,
      fetch: singleShotFetch({ timeoutMs: CALL_TIMEOUT_MS, predictionDeadlineMs: CALL_TIMEOUT_MS }),
      useFileOutput: false,
    });
  }

  get model(): string {
    return this.settings.model.slug;
  }

  async write(ask: VisionAsk, signal: AbortSignal): Promise<string> {
    let running: Prediction | undefined;
    try {
      const image = await this.settings.imageInput(ask.image, 'image/jpeg');
      const model = this.settings.model.slug as `${string}/${string}`;
      const input = inputOf(this.settings.model, ask, image);
      running = await this.client.predictions.create({ model, input, wait: HOLD_S, signal });
      while (!isOver(running)) {
        await delay(POLL_MS, undefined, { signal });
        running = await this.client.predictions.get(running.id, { signal });
      }
      return promptOf(running);
    } catch (error) {
      if (signal.aborted) await this.stop(running);
      signal.throwIfAborted();
      throw failureOf(error);
    }
  }

  /** Nobody will read it any more; one that cannot be stopped ends by itself. */
  private async stop(prediction: Prediction | undefined): Promise<void> {
    if (prediction && !isOver(prediction))
      await this.client.predictions.cancel(prediction.id).catch(() => {});
  }
}

function inputOf({ fields, defaults }: VisionSettings['replicate'], ask: VisionAsk, image: string) {
  const task = taskOf(ask);
  return {
    ...defaults,
    ...(fields.system ? { [fields.system]: INSTRUCTIONS } : {}),
    [fields.prompt]: fields.system ? task : `${INSTRUCTIONS}\n\n${task}`,
    [fields.image]: fields.imageIsList ? [image] : image,
  };
}

const isOver = ({ status }: Prediction): boolean => status !== 'starting' && status !== 'processing';

function promptOf(prediction: Prediction): string {
  const { status, output } = prediction;
  if (status === 'succeeded') return promptIn(Array.isArray(output) ? output.join('') : String(output ?? ''));
  if (isRefused(prediction)) throw blocked('the vision model refused this picture');
  throw unanswered(`the vision prediction ${status}`, true);
}

function failureOf(error: unknown) {
  if (error instanceof StageError) return error;
  const { message, transient, retryAfterMs } = asProviderError(error);
  return unanswered(`vision: ${message}`, transient, error, retryAfterMs);
}
