import { access, copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import sharp from 'sharp';
import { CONFIG, type Config } from '../config.js';
import { folders } from '../predictions/folders.js';
import { Renderer } from './renderer.js';

/** Few enough to be ready soon, more than one so that another seed is another video. */
const VARIANTS = 4;
const COLOURS = ['#c0392b', '#2980b9', '#27ae60', '#8e44ad'];

function drawing(variant: number): Buffer {
  const dots = Array.from({ length: 24 }, (_, i) => {
    const [x, y] = [(i * 97) % 320, (i * 61) % 180];
    return `<circle cx="${x}" cy="${y}" r="${8 + (i % 5) * 5}" fill="hsl(${(i * 53) % 360},60%,${35 + (i % 4) * 10}%)"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180" fill="${COLOURS[variant]}"/>${dots.join('')}</svg>`;
  return Buffer.from(svg);
}

/** The small clips that the model `zoetrope/fixture` answers with: two seconds, 320 x 180, made once. */
@Injectable()
export class FixtureClips {
  readonly #folder: string;
  readonly #making = new Map<number, Promise<string>>();

  constructor(
    private readonly renderer: Renderer,
    @Inject(CONFIG) config: Config,
  ) {
    this.#folder = folders(config.DATA_DIR).fixtures;
  }

  /** Puts the clip of this seed at `output`. */
  async copyTo(output: string, seed: number): Promise<void> {
    const variant = seed % VARIANTS;
    const made = this.#making.get(variant) ?? this.#make(variant);
    this.#making.set(variant, made);
    made.catch(() => this.#making.delete(variant));
    await mkdir(dirname(output), { recursive: true });
    await copyFile(await made, output);
  }

  async #make(variant: number): Promise<string> {
    const path = join(this.#folder, `clip-${variant}.mp4`);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
    const image = await sharp(drawing(variant)).png().toBuffer();
    const look = { prompt: 'orbit, medium motion', seed: variant, cameraFixed: false, audio: false };
    const order = { ...look, image, frames: 49, fps: 24, maxPixels: 320 * 180 };
    // Nobody's prediction owns this clip, so no cancel may end it.
    await this.renderer.render(order, path, new AbortController().signal, () => {});
    return path;
  }
}
