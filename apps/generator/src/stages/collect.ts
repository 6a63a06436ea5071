import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type PredictionStage, StageCompleted } from '@zoetrope/contracts/facts/generation';
import type { Generation } from '@zoetrope/domain/generation';
import { checkOutput } from '@zoetrope/media/check';
import type { VideoFacts } from '@zoetrope/media/probe';
import { stageKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import type { Prediction } from 'replicate';
import type { MakeFact } from '../generations.js';
import { OBJECTS } from '../objects.js';
import { isMachineFault, isRefused, wordsOf } from '../provider/failed-prediction.js';
import { outputOf, Provider } from '../provider/provider.js';
import { asProviderError } from '../provider/provider-error.js';
import { withWaits } from '../with-waits.js';
import { CLIP, KnownVideos, WorkPlaces } from './known-videos.js';
import { refused, StageError } from './stage-error.js';

/** Models are asked for 12 s at most; a clip of another length is retimed, but one this long is another video. */
const MAX_CLIP_MS = 20_000;
const SIDES = { min: 64, max: 4_096 } as const;

/** Copies a finished prediction's clip into our own store at once, since the provider's links expire. */
@Injectable()
export class CollectStage {
  constructor(
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly provider: Provider,
    private readonly known: KnownVideos,
    private readonly places: WorkPlaces,
  ) {}

  /**
   * The fact of a prediction that succeeded. What is wrong with an output stays wrong: it is refused for good.
   * @throws StageError i2v_failed when it did not, or its output is refused; ProviderError for its download
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
    const video = await this.places.run(() => checkClip(bytes));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.known.keep(sha256, CLIP, video);
    const key = stageKey(state.queued?.assetId ?? '', state.number, stage, attempt, sha256);
    const stored = await this.objects.put(key, bytes, { contentType: 'video/mp4', sha256 });
    const startedAt = state.attempts[stage]?.startedAt ?? this.clock.now();
    const latencyMs = Math.max(0, this.clock.now() - startedAt);
    return (base) => StageCompleted({ ...base, ...stored, stage, attempt, latencyMs });
  }
}

/** @throws StageError for what is no clip that can be stitched */
async function checkClip(bytes: Buffer): Promise<VideoFacts> {
  const video = await checkOutput(bytes, {}).catch((error: unknown) => {
    throw refused(error, 'i2v_failed', false);
  });
  const wrong = wrongWith(video);
  if (wrong.length > 0)
    throw new StageError('i2v_failed', `the model made a clip with ${wrong.join(', ')}`, false);
  return video;
}

const wrongWith = ({ codec, durationMs, width, height }: VideoFacts): string[] => {
  const fits = Math.min(width, height) >= SIDES.min && Math.max(width, height) <= SIDES.max;
  const promises: readonly [boolean, string][] = [
    [codec === 'h264', `codec ${codec}`],
    [durationMs <= MAX_CLIP_MS, `a length of ${durationMs} ms`],
    [fits, `sides ${width}x${height}`],
  ];
  return promises.filter(([kept]) => !kept).map(([, what]) => what);
};

/** Its message says what can be done about it, in our words. */
const failureOf = (prediction: Prediction): StageError => {
  const transient = isMachineFault(prediction);
  return new StageError('i2v_failed', inOurWords(prediction, transient), transient, {
    detail: wordsOf(prediction),
  });
};

const inOurWords = (prediction: Prediction, transient: boolean): string => {
  if (prediction.status !== 'failed') return `the prediction was ${prediction.status}`;
  if (transient) return "the provider's machine failed";
  return isRefused(prediction)
    ? 'the model refused this picture or prompt'
    : 'the model could not make this video';
};
