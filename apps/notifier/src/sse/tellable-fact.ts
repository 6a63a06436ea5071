import type { Recorded } from '@zoetrope/contracts/fact';
import type { View } from '@zoetrope/domain/event-data';
import { frameOf } from './frames.js';

/** A fact with its frames, each made once however many clients get it. */
export class TellableFact {
  readonly #frames = new Map<View, string | undefined>();

  constructor(
    readonly fact: Recorded,
    private readonly epoch: string,
  ) {}

  get seq(): number {
    return this.fact.meta.seq;
  }

  /** Whether it is about this asset or project. */
  isAbout(topic: string): boolean {
    const { assetId, projectId } = this.fact.data as { assetId: string; projectId?: string };
    return assetId === topic || projectId === topic;
  }

  get generation(): number {
    return (this.fact.data as { generation: number }).generation;
  }

  frame(view: View): string | undefined {
    if (!this.#frames.has(view)) this.#frames.set(view, frameOf(this.fact, this.epoch, view));
    return this.#frames.get(view);
  }
}
