import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  ServiceUnavailableException,
} from '@nestjs/common';
import { ProgressReport } from '@zoetrope/contracts/events';
import type { Recorded } from '@zoetrope/contracts/fact';
import { AssetDeleted } from '@zoetrope/contracts/facts/request';
import { FILTERS } from '@zoetrope/contracts/subjects';
import type { EventLog, Follow, Subscription } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { epochOf } from './cursor.js';
import { RECENT_FACTS, Recent } from './recent.js';
import { TellableFact } from './tellable-fact.js';

/** One connection as the hub sees it. Both calls must return at once. */
export interface Listener {
  /** Every fact of the topic, in stream order. */
  tell(fact: TellableFact): void;
  progress(report: ProgressReport): void;
  /** No more will come from here; the client is to connect again. */
  end(): void;
}

/** An asset id or a project id; their forms differ, so one map holds both. */
export type Topic = string;

/** What outsiders may be told about, on ASSETS. */
export const TOLD = [FILTERS.generations, FILTERS.videos, FILTERS.deliveries] as const;
const REOPEN_MS = 500;

interface Source {
  readonly follow: Follow;
  readonly epoch: string;
  readonly recent: Recent;
}

/** The one subscription to the log that feeds all SSE connections of this process. */
@Injectable()
export class SseHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SseHub.name);
  readonly #listeners = new Map<Topic, Set<Listener>>();
  #source: Source | undefined;
  #progress: Subscription | undefined;
  #stopping = false;

  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  async onApplicationBootstrap(): Promise<void> {
    this.#progress = this.log.core.subscribe('progress.>', (data) => this.#onProgress(data));
    await this.#open();
  }

  /** Before the server closes: it would wait for the connections. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping = true;
    this.#progress?.stop();
    this.#endAll();
    await this.#source?.follow.stop();
  }

  /** The log's epoch and its newest facts. @throws ServiceUnavailableException while the log is not followed */
  get heard(): { readonly epoch: string; readonly recent: Recent } {
    if (!this.#source || this.#stopping) throw new ServiceUnavailableException('temporarily unavailable');
    return this.#source;
  }

  /** Connections that listen now. */
  get listenerCount(): number {
    let count = 0;
    for (const all of this.#listeners.values()) count += all.size;
    return count;
  }

  /** From this call on the listener is told of every fact of the topic. @returns what ends that */
  listen(topic: Topic, listener: Listener): () => void {
    const all = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, all.add(listener));
    return () => {
      all.delete(listener);
      if (all.size === 0 && this.#listeners.get(topic) === all) this.#listeners.delete(topic);
    };
  }

  async #open(): Promise<void> {
    const { created, lastSeq } = await this.log.streamInfo('ASSETS');
    const epoch = epochOf(created);
    const after = Math.max(0, lastSeq - RECENT_FACTS);
    const recent = new Recent(after);
    const follow = await this.log.follow(
      'ASSETS',
      {
        subjects: [...TOLD, FILTERS.requests],
        from: after + 1,
        onUndecodable: (error, seq) => this.#logger.warn(`fact ${seq} is told to nobody: ${error.message}`),
      },
      (fact) => this.#onFact(fact, epoch, recent),
    );
    try {
      await follow.caughtUp;
    } catch (error) {
      await follow.stop();
      throw error;
    }
    this.#source = { follow, epoch, recent };
    follow.closed.then(
      () => this.#reopen('ended'),
      (error: unknown) => this.#reopen(String(error)),
    );
  }

  /** Connections that missed something cannot be mended, but their clients resume where they stood. */
  async #reopen(why: string): Promise<void> {
    this.#source = undefined;
    this.#endAll();
    while (!this.#stopping) {
      this.#logger.warn(`the log is not followed (${why}), opening again`);
      await delay(REOPEN_MS);
      try {
        return await this.#open();
      } catch (error) {
        why = String(error);
      }
    }
  }

  #onFact(fact: Recorded, epoch: string, recent: Recent): void {
    const { assetId, projectId } = fact.data as { assetId: string; projectId: string };
    // Nobody may watch it any more; asking again is answered by the gateway, which ends an EventSource for good.
    if (AssetDeleted.is(fact)) for (const listener of this.#of(assetId)) listener.end();
    if (fact.meta.subject.endsWith('.request')) return;
    const told = new TellableFact(fact, epoch);
    recent.add(told);
    for (const listener of this.#of(assetId, projectId)) listener.tell(told);
  }

  #onProgress(data: unknown): void {
    const report = ProgressReport.safeParse(data);
    if (!report.success) return;
    for (const listener of this.#of(report.data.assetId, report.data.projectId)) {
      listener.progress(report.data);
    }
  }

  /** A copy: a listener that is told may leave. */
  #of(...topics: Topic[]): Listener[] {
    return topics.flatMap((topic) => [...(this.#listeners.get(topic) ?? [])]);
  }

  #endAll(): void {
    for (const listener of [...this.#listeners.values()].flatMap((all) => [...all])) listener.end();
  }
}
