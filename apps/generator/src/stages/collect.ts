import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type PredictionStage, StageCompleted } from '@zoetrope/contracts/facts/generation';
import type { Generation } from '@zoetrope/domain/generation';
import { MediaError } from '@zoetrope/media/media-error';
import { probeVideo } from '@zoetrope/media/probe';
import { stageKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import type { Prediction } from 'replicate';
import type { MakeFact } from '../generations.js';
import { OBJECTS } from '../objects.js';
import { outputOf, Provider } from '../provider/provider.js';
import { asProviderError } from '../provider/provider-error.js';
import { withWaits } from '../with-waits.js';
import { StageError } from './stage-error.js';

/** Words of a failed prediction that name a fault of the provider's machines, not of what was asked. */
const MACHINE_FAULT =
  /timed? ?-?out|\b(429|5\d\d)\b|rate limit|unavailable|overload|temporar|transient|interrupted|out of memory|internal (server )?error|connection|try again/i;

/** Copies a finished prediction's clip into our own store at once, since the provider's links expire. */
@Injectable()
export class CollectStage {
  constructor(
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly provider: Provider,
  ) {}

  /**
   * The fact of a prediction that succeeded.
   * @throws StageError i2v_failed when it did not, or its output is no video; ProviderError for its download
   */
  async run(
    state: Generation,
    stage: PredictionStage,
    attempt: number,
    prediction: Prediction,
  ): Promise<MakeFact> {
    if (prediction.status !== 'succeeded') throw failureOf(prediction);
    const url = outputOf(prediction);
    const isTransient = (error: unknown) => asProviderError(error).transient;
    const bytes = await withWaits(() => this.provider.download(url), isTransient);
    await checkClip(bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = stageKey(state.queued?.assetId ?? '', state.number, stage, attempt, sha256);
    const stored = await this.objects.put(key, bytes, { contentType: 'video/mp4', sha256 });
    const startedAt = state.attempts[stage]?.startedAt ?? this.clock.now();
    const latencyMs = Math.max(0, this.clock.now() - startedAt);
    return (base) => StageCompleted({ ...base, ...stored, stage, attempt, latencyMs });
  }
}

async function checkClip(bytes: Buffer): Promise<void> {
  try {
    const { frames } = await probeVideo(bytes);
    if (frames < 2) throw new StageError('i2v_failed', `the model made ${frames} frames`, false);
  } catch (error) {
    if (!(error instanceof MediaError) || error.code !== 'video_unreadable') throw error;
    throw new StageError('i2v_failed', 'the model made something that is no video', true, { cause: error });
  }
}

const failureOf = ({ status, error }: Prediction): StageError => {
  const told = typeof error === 'string' ? error : JSON.stringify(error ?? '');
  const transient = status === 'aborted' || (status === 'failed' && MACHINE_FAULT.test(told));
  return new StageError('i2v_failed', `prediction ${status}: ${told.slice(0, 200)}`, transient);
};
