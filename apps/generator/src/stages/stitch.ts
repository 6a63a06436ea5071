import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { StageCompleted } from '@zoetrope/contracts/facts/generation';
import type { LoopMode } from '@zoetrope/contracts/parameters';
import type { Generation } from '@zoetrope/domain/generation';
import { aspectSize } from '@zoetrope/media/image';
import type { Clip } from '@zoetrope/media/join';
import { MediaError } from '@zoetrope/media/media-error';
import { probeVideo, type VideoFacts } from '@zoetrope/media/probe';
import { normalise } from '@zoetrope/media/stitch';
import { withTempFolder } from '@zoetrope/media/temp';
import { ObjectStoreError } from '@zoetrope/objects/errors';
import { stageKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { sabotaged } from '@zoetrope/platform/sabotage';
import type { MakeFact } from '../generations.js';
import { loopClosing } from '../models/models.js';
import { OBJECTS, readObject } from '../objects.js';
import { CLIP, KnownVideos, publishable } from './known-videos.js';
import { asStageError, refused } from './stage-error.js';

/** How the video of a generation repeats. */
export const loopModeOf = ({ queued }: Generation): LoopMode =>
  queued?.resolved.mode === 'loop' ? loopClosing(queued.model) : 'none';

/** Joins the stages' clips into one video of the exact length, whatever lengths the model can make. */
@Injectable()
export class StitchStage {
  constructor(
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly known: KnownVideos,
  ) {}

  /** @throws StageError merge_failed */
  async run(state: Generation, attempt: number, signal?: AbortSignal): Promise<MakeFact> {
    try {
      const from = this.clock.now();
      const { bytes, video, durationMs } = await withTempFolder((folder) =>
        this.stitch(state, folder, signal),
      );
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const key = stageKey(state.queued?.assetId ?? '', state.number, 'merge', attempt, sha256);
      const stored = await this.objects.put(key, bytes, { contentType: 'video/mp4', sha256 });
      this.known.keep(sha256, publishable(durationMs), video);
      const latencyMs = Math.max(0, this.clock.now() - from);
      return (base) => StageCompleted({ ...base, ...stored, stage: 'merge', attempt, latencyMs });
    } catch (error) {
      // Neither a shutdown nor a store that is away is a failure of the video: the step comes again.
      if (signal?.aborted || error instanceof ObjectStoreError) throw error;
      // The same clips give the same bytes, so another attempt would end here as well.
      const lasting = error instanceof MediaError && error.code === 'video_refused';
      throw asStageError(lasting ? refused(error, 'merge_failed', false) : error, 'merge_failed');
    }
  }

  private async stitch(state: Generation, folder: string, signal?: AbortSignal): Promise<Merged> {
    const { queued, source } = state;
    if (!queued || !source) throw new Error('merge needs a source');
    const clips = await this.clipsOf(state, folder);
    const output = join(folder, 'merged.mp4');
    const wanted = aspectSize(source.width, source.height, queued.resolved.aspect);
    const size = fitInto(wanted, clips[0]?.facts ?? wanted);
    const durationMs = queued.resolved.dur_seconds * 1000;
    // What a checker of loops must notice: half a loop, and nothing that closes it.
    const open = sabotaged('no-loop');
    const loop = open ? 'none' : loopModeOf(state);
    const joined = open ? clips.slice(0, 1) : clips;
    const video = await normalise(joined, output, { ...size, durationMs, loop, signal });
    return { bytes: await readFile(output), video, durationMs };
  }

  private clipsOf({ attempts }: Generation, folder: string): Promise<Clip[]> {
    const outputs = [attempts.single, attempts.stage1, attempts.stage2].flatMap((a) => a?.output ?? []);
    return Promise.all(
      outputs.map(async ({ key, sha256 }, index) => {
        const path = join(folder, `clip-${index}.mp4`);
        await writeFile(path, await readObject(this.objects, key));
        return { path, facts: this.known.find(sha256, CLIP) ?? (await probeVideo(path)) };
      }),
    );
  }
}

/** A video that was checked. */
interface Merged {
  readonly bytes: Buffer;
  readonly video: VideoFacts;
  readonly durationMs: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The largest even size of the wanted aspect that a clip fills: models round sides to their own grid. */
export const fitInto = (wanted: Size, clip: Size): Size => {
  const scale = Math.min(clip.width / wanted.width, clip.height / wanted.height);
  const even = (side: number) => Math.max(2, Math.floor((side * scale + 1) / 2) * 2);
  return { width: even(wanted.width), height: even(wanted.height) };
};
