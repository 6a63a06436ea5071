import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Inject, Injectable } from '@nestjs/common';
import { Semaphore } from '@zoetrope/media/semaphore';
import { CONFIG, type Config } from '../config.js';
import type { ClipOrder } from '../render/clip.js';

export interface Progress {
  /** Frames. */
  done: number;
  total: number;
}

/** Renders clips in threads of their own, at most `RENDER_CONCURRENCY` at once. */
@Injectable()
export class Renderer {
  readonly #slots: Semaphore;

  constructor(@Inject(CONFIG) config: Config) {
    this.#slots = new Semaphore(config.RENDER_CONCURRENCY);
  }

  /** The file at `output` appears whole or not at all. An abort ends the thread and rejects. */
  async render(order: ClipOrder, output: string, signal: AbortSignal, report: (progress: Progress) => void) {
    await mkdir(dirname(output), { recursive: true });
    const draft = `${output}.${randomUUID()}.tmp`;
    try {
      await this.#inTurn(() => inThread(order, draft, signal, report), signal);
      await rename(draft, output);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Waits for a free slot; an abort ends the waiting at once, and a task that began ends itself. */
  #inTurn(task: () => Promise<void>, signal: AbortSignal): Promise<void> {
    let begun = false;
    const turn = this.#slots.run(() => {
      begun = true;
      return task();
    });
    const givenUp = new Promise<never>((_, reject) => {
      const giveUp = () => begun || reject(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
    });
    return Promise.race([turn, givenUp]);
  }
}

/** Ending the thread closes ffmpeg's input, which ends ffmpeg. */
function inThread(
  order: ClipOrder,
  output: string,
  signal: AbortSignal,
  report: (progress: Progress) => void,
) {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./render-worker.js', import.meta.url), {
    workerData: { order, output },
  });
  return new Promise<void>((resolve, reject) => {
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', report);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(new Error(`the render thread ended with ${code}`));
    });
  });
}
