import { Inject, Injectable } from '@nestjs/common';
import type { ModelName } from '@zoetrope/contracts/plans';
import { CONFIG } from '@zoetrope/platform/config';
import Replicate, { type Prediction } from 'replicate';
import type { GeneratorConfig } from '../config.js';
import { modelSettings } from '../models/settings.js';
import { readCapped } from './capped-download.js';
import { asProviderError, ProviderError } from './provider-error.js';
import { type CallSeen, singleShotFetch } from './single-shot-fetch.js';

/** Shorter than a creation without word is waited for: its caller must be able to say that the answer was lost. */
const CALL_TIMEOUT_MS = 20_000;
/** Larger inputs go through the files API: a data URI is a third longer and stands in the request body. */
const MAX_DATA_URI_BYTES = 256 * 1024;
const BYTES_PER_MB = 1024 * 1024;
/** Our own time-out comes first and tells the provider; this ends what we lost sight of. */
const DEADLINE_GRACE_MS = 30_000;

export interface ToPredict {
  readonly model: ModelName;
  readonly input: Readonly<Record<string, unknown>>;
  /** Where the provider reports the end; none when it could not reach us. */
  readonly webhook?: string;
}

/** The only way to a model: the official client, one request a call. */
@Injectable()
export class Provider {
  private readonly client: Replicate;
  private readonly callListeners = new Set<(seen: CallSeen) => void>();

  constructor(@Inject(CONFIG) private readonly config: GeneratorConfig) {
    this.client = new Replicate({
      auth: config.REPLICATE_API_TOKEN,
      baseUrl: config.REPLICATE_BASE_URL,
      fetch: singleShotFetch({
        timeoutMs: CALL_TIMEOUT_MS,
        predictionDeadlineMs: config.GENERATOR_PREDICTION_TIMEOUT_MS + DEADLINE_GRACE_MS,
        onCall: (seen) => {
          for (const listener of this.callListeners) listener(seen);
        },
      }),
      useFileOutput: false,
    });
  }

  /** Told of each request, however it ended. */
  onCall(listener: (seen: CallSeen) => void): void {
    this.callListeners.add(listener);
  }

  /** @throws ProviderError */
  async create({ model, input, webhook }: ToPredict): Promise<Prediction> {
    return this.call(() =>
      this.client.predictions.create({
        model: this.slugOf(model),
        input,
        ...(webhook === undefined ? {} : { webhook, webhook_events_filter: ['completed'] }),
      }),
    );
  }

  /** @throws ProviderError */
  async get(predictionId: string): Promise<Prediction> {
    return this.call(() => this.client.predictions.get(predictionId));
  }

  /** Asks to stop a prediction; one that has ended stays as it is. @throws ProviderError */
  async cancel(predictionId: string): Promise<void> {
    await this.call(() => this.client.predictions.cancel(predictionId));
  }

  /** An image as the provider can read it: a data URI when small, else uploaded. @throws ProviderError */
  async imageInput(bytes: Uint8Array, contentType: string): Promise<string> {
    if (bytes.byteLength < MAX_DATA_URI_BYTES) {
      return `data:${contentType};base64,${Buffer.from(bytes).toString('base64')}`;
    }
    const blob = new Blob([new Uint8Array(bytes)], { type: contentType });
    const file = await this.call(() => this.client.files.create(blob));
    return file.urls.get;
  }

  /** The bytes of a finished prediction's output. @throws ProviderError */
  async download(url: string): Promise<Buffer> {
    // Files of the API's own host may need the token; it is never sent anywhere else.
    const own = new URL(url).origin === new URL(this.config.REPLICATE_BASE_URL).origin;
    const headers = own ? { authorization: `Bearer ${this.config.REPLICATE_API_TOKEN}` } : undefined;
    const maxBytes = this.config.GENERATOR_MAX_CLIP_MB * BYTES_PER_MB;
    return readCapped(url, { headers, maxBytes, timeoutMs: 120_000 });
  }

  private slugOf(model: ModelName): `${string}/${string}` {
    return modelSettings(this.config)[model].slug as `${string}/${string}`;
  }

  private async call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asProviderError(error);
    }
  }
}

/** The address of a finished prediction's video. @throws ProviderError when it names none */
export const outputOf = ({ output }: Prediction): string => {
  const first: unknown = Array.isArray(output) ? output.at(-1) : output;
  if (typeof first === 'string' && URL.canParse(first)) return first;
  throw new ProviderError('the prediction succeeded without an output', 200, false, false);
};
