import type { ProgressReport } from '@zoetrope/contracts/events';
import type { View } from '@zoetrope/domain/event-data';
import { sabotaged } from '@zoetrope/platform/sabotage';
import type { SseClient } from './client.js';
import { progressFrame } from './frames.js';
import type { Listener } from './hub.js';
import type { TellableFact } from './tellable-fact.js';

/** Facts that may arrive while history is read. */
const MAX_WAITING = 1_000;
/** PRODUCT 6 says at most one a second; two generators may both look at a prediction, and clocks are not exact. */
const PROGRESS_EVERY_MS = 950;

/** What a session writes to. */
export type Outlet = Pick<SseClient, 'write' | 'drained' | 'end' | 'closed'>;

/**
 * One connection between history and the live log. It listens from its first moment, keeps what comes while
 * history is sent, and hands over at a sequence: nothing is missed, nothing sent twice.
 */
export class SseSession implements Listener {
  #waiting: TellableFact[] | undefined = [];
  #sentSeq: number;
  #fromGeneration = 0;
  #news = Promise.withResolvers<void>();
  /** When each asset's progress was told last, Unix ms of its report. */
  readonly #progressAt = new Map<string, number>();
  #leaveOut = sabotaged('skip-event');

  /** @param afterSeq the client has everything up to this sequence */
  constructor(
    readonly client: Outlet,
    private readonly view: View,
    afterSeq = 0,
  ) {
    this.#sentSeq = afterSeq;
    this.client.closed.addEventListener('abort', () => this.#news.resolve(), { once: true });
  }

  tell(told: TellableFact): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
    if (!this.#waiting) this.#send(told);
    else if (this.#waiting.push(told) > MAX_WAITING) this.end();
  }

  progress(report: ProgressReport): void {
    const { assetId, generation, ts } = report;
    if (this.#waiting || generation < this.#fromGeneration) return;
    if (ts - (this.#progressAt.get(assetId) ?? Number.NEGATIVE_INFINITY) < PROGRESS_EVERY_MS) return;
    this.#progressAt.set(assetId, ts);
    this.client.write(progressFrame(report));
  }

  end(): void {
    this.client.end();
  }

  /** Resolves with the next fact told after this call, or when the connection is over. */
  news(): Promise<void> {
    if (this.client.closed.aborted) return Promise.resolve();
    return this.#news.promise;
  }

  /** Facts of older generations are not shown from here on. */
  showFrom(generation: number): void {
    this.#fromGeneration = generation;
  }

  /** Sends one fact of history, waiting for a slow client. Rejects when the client is gone. */
  async replay(told: TellableFact): Promise<void> {
    this.#send(told);
    await this.client.drained();
  }

  /** History is complete up to some sequence; what came meanwhile and is newer follows, then all that comes. */
  goLive(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const told of waiting) this.#send(told);
  }

  #send(told: TellableFact): void {
    if (told.seq <= this.#sentSeq && !sabotaged('repeat-event')) return;
    this.#sentSeq = told.seq;
    if (this.#isLeftOut()) return;
    const frame = told.generation >= this.#fromGeneration ? told.frame(this.view) : undefined;
    if (frame) this.client.write(frame);
  }

  /** For checkers that must notice: the first fact of a connection that comes live. */
  #isLeftOut(): boolean {
    const isIt = this.#leaveOut && !this.#waiting;
    if (isIt) this.#leaveOut = false;
    return isIt;
  }
}
