import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import type { VideoFacts } from '@zoetrope/media/probe';
import { Semaphore } from '@zoetrope/media/semaphore';

/** A few hundred bytes each. What was forgotten is looked at again. */
const KEPT = 512;

/**
 * What checks found, by the SHA-256 of what they looked at: the stage that follows, in this process or after a crash in
 * another, gets the same bytes or finds that they are not the same.
 */
@Injectable()
export class KnownVideos {
  private readonly facts = new Map<string, VideoFacts>();

  /** @param as what was found true of it, besides being a video that decodes to its end */
  keep(sha256: string, as: string, video: VideoFacts): void {
    this.facts.set(`${as} ${sha256}`, video);
    const [oldest] = this.facts.keys();
    if (this.facts.size > KEPT && oldest) this.facts.delete(oldest);
  }

  find(sha256: string, as: string): VideoFacts | undefined {
    return this.facts.get(`${as} ${sha256}`);
  }
}

/** Kept under these names: a provider's clip, and a video of that length which keeps every promise of PRODUCT 5. */
export const CLIP = 'clip';
export const publishable = (durationMs: number): string => `publishable ${durationMs}`;

/** One more than there are processors: while one waits for the disk the others keep them busy. */
const AT_ONCE = availableParallelism() + 1;

/**
 * Places for work on videos. Whoever waits for one has begun nothing: it holds no clip, and the clock of its attempt
 * does not run.
 */
@Injectable()
export class WorkPlaces {
  private readonly places = new Semaphore(AT_ONCE);

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.places.run(work);
  }
}
