import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { StageCompleted } from '@zoetrope/contracts/facts/generation';
import type { LoopMode } from '@zoetrope/contracts/parameters';
import type { Generation } from '@zoetrope/domain/generation';
import { aspectSize } from '@zoetrope/media/image';
import { probeVideo } from '@zoetrope/media/probe';
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
import { asStageError } from './stage-error.js';

/** How the video of a generation repeats. */
export const loopModeOf = ({ queued }: Generation): LoopMode =>
  queued?.resolved.mode === 'loop' ? loopClosing(queued.model) : 'none';

/** Joins the stages' clips into one video of the exact length, whatever lengths the model can make. */
@Injectable()
export class StitchStage {
  constructor(
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws StageError merge_failed */
  async run(state: Generation, attempt: number, signal?: AbortSignal): Promise<MakeFact> {
    try {
      const from = this.clock.now();
      const bytes = await withTempFolder((folder) => this.stitch(state, folder, signal));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const key = stageKey(state.queued?.assetId ?? '', state.number, 'merge', attempt, sha256);
      const stored = await this.objects.put(key, bytes, { contentType: 'video/mp4', sha256 });
      const latencyMs = Math.max(0, this.clock.now() - from);
      return (base) => StageCompleted({ ...base, ...stored, stage: 'merge', attempt, latencyMs });
    } catch (error) {
      // Neither a shutdown nor a store that is away is a failure of the video: the step comes again.
      if (signal?.aborted || error instanceof ObjectStoreError) throw error;
      throw asStageError(error, 'merge_failed');
    }
  }

  private async stitch(state: Generation, folder: string, signal?: AbortSignal): Promise<Buffer> {
    const { queued, source, attempts } = state;
    if (!queued || !source) throw new Error('merge needs a source');
    const clips = [attempts.single, attempts.stage1, attempts.stage2].flatMap((a) => a?.output ?? []);
    const paths = await Promise.all(
      clips.map(async ({ key }, index) => {
        const path = join(folder, `clip-${index}.mp4`);
        await writeFile(path, await readObject(this.objects, key));
        return path;
      }),
    );
    const output = join(folder, 'merged.mp4');
    const wanted = aspectSize(source.width, source.height, queued.resolved.aspect);
    const size = fitInto(wanted, await probeVideo(paths[0] ?? ''));
    const durationMs = queued.resolved.dur_seconds * 1000;
    // What a checker of loops must notice: half a loop, and nothing that closes it.
    const open = sabotaged('no-loop');
    const loop = open ? 'none' : loopModeOf(state);
    await normalise(open ? paths.slice(0, 1) : paths, output, { ...size, durationMs, loop, signal });
    return readFile(output);
  }
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
