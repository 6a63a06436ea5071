import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { InputImages } from '../files/input-images.js';
import { MODELS } from '../predictions/models.js';
import type { Prediction } from '../predictions/prediction.js';
import { PredictionStore } from '../predictions/prediction-store.js';
import { FixtureClips } from './fixture-clips.js';
import { FixtureGate } from './fixture-gate.js';
import { type Progress, Renderer } from './renderer.js';

const OUTPUT = 'output.mp4';

/** Models draw a seed when none is sent; taken from the id, so that a run repeated after a crash is the same. */
const seedOf = ({ id, input }: Prediction): number =>
  typeof input?.seed === 'number' ? input.seed : createHash('sha256').update(id).digest().readUInt32BE(0);

/** Does what the prediction's model would do. */
@Injectable()
export class MakeOutput {
  constructor(
    private readonly renderer: Renderer,
    private readonly fixtures: FixtureClips,
    private readonly gate: FixtureGate,
    private readonly images: InputImages,
    private readonly store: PredictionStore,
  ) {}

  /** Makes the video and answers with its file name in the output folder. Same id or seed, same bytes. */
  async make(
    prediction: Prediction,
    signal: AbortSignal,
    report: (progress: Progress) => void,
  ): Promise<string> {
    const input = prediction.input ?? {};
    const output = join(this.store.outputFolder(prediction.id), OUTPUT);
    const seed = seedOf(prediction);
    prediction.logs += `Using seed: ${seed}\n`;
    const shape = MODELS.get(prediction.model)?.shape?.(input);
    if (!shape) {
      await this.gate.passed(signal);
      await this.fixtures.copyTo(output, seed);
      return OUTPUT;
    }
    if (typeof input.image !== 'string')
      throw new Error('this server makes videos from an image: image is required');
    const image = await this.images.read(input.image, signal);
    const lastImage =
      shape.lastImage === undefined ? undefined : await this.images.read(shape.lastImage, signal);
    const prompt = String(input.prompt ?? '');
    await this.renderer.render({ ...shape, image, lastImage, prompt, seed }, output, signal, report);
    return OUTPUT;
  }
}
