import { setTimeout as delay } from 'node:timers/promises';

/** One answer on its way that a shared cache may keep. */
interface Storable {
  readonly generation: number;
  readonly breakOff: () => void;
  readonly ended: Promise<void>;
}

/** Storable answers on their way, so that a fence can wait for the older ones and break off the slow. */
export class Outgoing {
  private readonly byAsset = new Map<string, Set<Storable>>();

  /**
   * Notes an answer.
   *
   * @param breakOff ends the connection, so that no cache takes what it has for whole
   * @returns to be called when nothing more of it will be sent
   */
  begin(assetId: string, generation: number, breakOff: () => void): () => void {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const answer: Storable = { generation, breakOff, ended };
    const answers = this.byAsset.get(assetId) ?? new Set();
    this.byAsset.set(assetId, answers.add(answer));
    return () => {
      answers.delete(answer);
      if (answers.size === 0 && this.byAsset.get(assetId) === answers) this.byAsset.delete(assetId);
      resolve();
    };
  }

  /** Resolves when no answer older than `generation` is on its way; those still going after `ms` are broken off. */
  async drain(assetId: string, generation: number, ms: number): Promise<void> {
    const older = [...(this.byAsset.get(assetId) ?? [])].filter((answer) => answer.generation < generation);
    const patience = new AbortController();
    const ended = Promise.all(older.map((answer) => answer.ended));
    await Promise.race([ended, delay(ms, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    for (const answer of older) if (this.byAsset.get(assetId)?.has(answer)) answer.breakOff();
    await ended;
  }
}
