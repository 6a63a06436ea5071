import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { PredictionStage } from '@zoetrope/contracts/facts/generation';
import type { Aspect } from '@zoetrope/contracts/parameters';
import type { ModelName } from '@zoetrope/contracts/plans';
import type { Generation } from '@zoetrope/domain/generation';
import { frameOf } from '@zoetrope/media/image';
import { lastFrame } from '@zoetrope/media/stitch';
import { withTempFolder } from '@zoetrope/media/temp';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CONFIG } from '@zoetrope/platform/config';
import type { GeneratorConfig } from '../config.js';
import { endsOnFrame, inputsOf } from '../models/model.js';
import { MODELS } from '../models/models.js';
import { costOf, modelSettings } from '../models/settings.js';
import { OBJECTS, readObject } from '../objects.js';
import { Provider, type ToPredict } from '../provider/provider.js';
import { withMotion } from '../vision/local-prompt.js';

/** A prediction to ask for, and what the log is told of it. */
export interface ToAnimate extends ToPredict {
  readonly told: {
    readonly model: ModelName;
    readonly slug: string;
    readonly prompt: string;
    readonly estimatedUsd: number;
  };
}

/** Longest side of a frame we send, in pixels: no model makes more than 1080p of it. */
const MAX_STILL_SIDE = 2048;

/** Makes what a stage's prediction is asked for. */
@Injectable()
export class AnimateStage {
  constructor(
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: GeneratorConfig,
    private readonly provider: Provider,
  ) {}

  /**
   * stage1 and single go forward from the image; stage2 starts on stage1's last frame and, where the model can
   * end on a frame, returns to the image.
   * @throws ProviderError, ObjectStoreError, MediaError
   */
  async order(state: Generation, stage: PredictionStage, attempt: number): Promise<ToAnimate> {
    const { queued, source } = state;
    if (!queued || !source) throw new Error(`${stage} needs a source`);
    const { resolved, model } = queued;
    const family = MODELS[model];
    const settings = modelSettings(this.config)[model];
    const back = stage === 'stage2';
    const still = () => this.stillOf(source.key, resolved.aspect);
    const [image, lastImage] = await Promise.all([
      back ? this.lastFrameOf(state) : still(),
      back && endsOnFrame(family) ? still() : undefined,
    ]);
    const leg = back ? 'home' : 'out';
    const said =
      resolved.mode === 'loop' ? LOOP_WORDS[endsOnFrame(family) ? 'native' : 'crossfade'][leg] : '';
    const prompt = withMotion(`${said}${state.prompt ?? ''}`, resolved.motion);
    const seconds = resolved.mode === 'loop' ? resolved.dur_seconds / 2 : resolved.dur_seconds;
    const ask = { prompt, image, lastImage, seconds, seed: resolved.seed };
    const input = inputsOf(family, ask, settings.defaults);
    const told = { model, slug: settings.slug, prompt, estimatedUsd: costOf(model, settings, input) };
    return { model, input, webhook: this.webhookOf(state, stage, attempt), told };
  }

  private async stillOf(key: string, aspect: Aspect): Promise<string> {
    const still = await frameOf(await readObject(this.objects, key), { aspect, maxSide: MAX_STILL_SIDE });
    return this.provider.imageInput(still, 'image/jpeg');
  }

  private async lastFrameOf({ attempts }: Generation): Promise<string> {
    const clip = attempts.stage1?.output;
    if (!clip) throw new Error('stage2 needs the clip of stage1');
    const bytes = await readObject(this.objects, clip.key);
    const frame = await withTempFolder(async (folder) => {
      const path = join(folder, 'stage1.mp4');
      await writeFile(path, bytes);
      return lastFrame(path);
    });
    return this.provider.imageInput(frame, 'image/png');
  }

  /**
   * The address says what the callback is about, so it needs no state to be understood. Replicate calls https only
   * and refuses others: an installation without it is served by looking, as `npm start` with a token is.
   */
  private webhookOf({ queued, number }: Generation, stage: string, attempt: number): string | undefined {
    const gateway = this.config.GATEWAY_URL ?? this.config.PUBLIC_URL;
    if (this.config.REPLICATE_BASE_URL.startsWith('https:') && !gateway.startsWith('https:'))
      return undefined;
    return `${gateway}/v1/callbacks/replicate/${queued?.assetId}/${number}/${stage}/${attempt}`;
  }
}

/**
 * What the two predictions of a loop are told before their prompt. Where the model is given the frame to end on, the
 * camera should not come to rest there; where it cannot, it is at least told to come back, each half by another way.
 */
const LOOP_WORDS = {
  native: {
    out: 'Part of a seamless loop. ',
    home: 'Part of a seamless loop: the camera eases back to the opening frame. ',
  },
  crossfade: {
    out: 'A seamless loop that returns to the opening frame. ',
    home: 'The camera pulls back to the opening frame. ',
  },
} as const;
