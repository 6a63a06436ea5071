import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AssetDeleted } from '@zoetrope/contracts/facts/request';
import { VideoSwitched } from '@zoetrope/contracts/facts/video';
import { FenceQuestion, GatewayLease } from '@zoetrope/contracts/messages';
import { FILTERS, fenceSubject } from '@zoetrope/contracts/subjects';
import type { EventLog, Follow, Lease, Subscription } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock, IDS, type Ids } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { GatewayConfig } from '../config.js';
import { Memory, type Ticket } from './memory.js';
import { Outgoing } from './outgoing.js';
import type { Present } from './present.js';
import { type Origin, PresentReader } from './present-reader.js';

export interface Current {
  readonly present: Present;
  readonly origin: Origin | 'memory';
}

/** Which video each asset serves, as this gateway may say it: from memory under its lease, else from the log. */
@Injectable()
export class CurrentVideos implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Names this copy in leases and on `fence.<id>`. */
  readonly id: string;
  private readonly logger = new Logger(CurrentVideos.name);
  private readonly memory = new Memory();
  private readonly outgoing = new Outgoing();
  private readonly listeners = new Map<string, Set<() => void>>();
  private follow?: Follow;
  private lease?: Lease;
  private fence?: Subscription;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) ids: Ids,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly reader: PresentReader,
  ) {
    this.id = ids.hex(8);
  }

  /** In this order: who is asked by a fence must already hear of facts and be able to answer. */
  async onApplicationBootstrap(): Promise<void> {
    const subjects = [FILTERS.requests, FILTERS.generations, FILTERS.videos];
    const onUndecodable = (error: Error, seq: number) => {
      this.logger.error(`ASSETS ${seq}: ${error.message}`);
      this.memory.forgetAll();
    };
    this.follow = await this.log.follow('ASSETS', { subjects, from: 'new', onUndecodable }, (fact) => {
      if (AssetDeleted.is(fact)) this.reader.deleted(fact.data.assetId);
      if (VideoSwitched.is(fact)) this.memory.switched(fact.data.assetId, fact.data.generation);
      this.happened((fact.data as { assetId: string }).assetId);
    });
    this.follow.closed.catch((error: unknown) => {
      this.logger.error(`not hearing of facts any more, nothing is answered from memory: ${String(error)}`);
      this.memory.holding(undefined);
    });
    this.fence = this.log.core.respond(fenceSubject(this.id), (question) => this.confirm(question));
    const since = this.clock.now();
    this.lease = await this.log.leases.hold(`gateway.${this.id}`, () =>
      GatewayLease.parse({ id: this.id, since }),
    );
    this.memory.holding(this.lease);
  }

  /** After the HTTP server: until its last answer has ended, a fence must still find this gateway. */
  async onApplicationShutdown(): Promise<void> {
    this.memory.holding(undefined);
    await this.lease?.release();
    this.fence?.stop();
    await this.follow?.stop();
  }

  /** Runs what reads the asset and sends an answer about it; its ticket knows whether what was read still stands. */
  async within<T>(assetId: string, work: (ticket: Ticket) => Promise<T>): Promise<T> {
    const ticket = this.memory.ticket(assetId);
    try {
      return await work(ticket);
    } finally {
      this.memory.close(ticket);
    }
  }

  /** @throws LogUnavailable when nothing can be said */
  async current(ticket: Ticket): Promise<Current> {
    const remembered = this.memory.get(ticket.assetId);
    if (remembered !== undefined) return { present: remembered, origin: 'memory' };
    const { present, origin } = await this.reader.read(ticket.assetId);
    if (origin === 'log') this.memory.remember(ticket, present);
    return { present, origin };
  }

  /**
   * Declares an answer storable by shared caches, if it may be: nothing in flight, the lease held since before it
   * was read, no fence since. Call it right before the headers go out, with nothing awaited in between.
   *
   * @param breakOff ends the connection
   * @returns what to call when the answer has ended; undefined: it must not be stored
   */
  beginStorable(
    ticket: Ticket,
    { present, origin }: Current,
    breakOff: () => void,
  ): (() => void) | undefined {
    if (present.status === 'pending' || present.video === undefined) return undefined;
    if (origin !== 'memory' && origin !== 'log') return undefined;
    if (!this.memory.stands(ticket) || this.memory.isFenced(ticket.assetId, present)) return undefined;
    return this.outgoing.begin(ticket.assetId, present.video.generation, breakOff);
  }

  /** Calls back whenever something happens to the asset. @returns what ends that */
  listen(assetId: string, heard: () => void): () => void {
    const all = this.listeners.get(assetId) ?? new Set();
    this.listeners.set(assetId, all.add(heard));
    return () => {
      all.delete(heard);
      if (all.size === 0 && this.listeners.get(assetId) === all) this.listeners.delete(assetId);
    };
  }

  /** Something happened to the asset: what is answered from now on is read from the log. */
  happened(assetId: string): void {
    this.memory.forget(assetId);
    for (const heard of [...(this.listeners.get(assetId) ?? [])]) heard();
  }

  /**
   * The question itself tells of the generation: having forgotten the asset, this gateway reads the log's leader,
   * which holds that generation's first fact, whether or not its own follow has come so far. A gateway that started
   * after the leases were listed is not asked: it has read nothing from before the generation was stored, and what it
   * reads from then on is in flight until that generation is announced.
   */
  private async confirm(data: unknown): Promise<{ confirmed: boolean }> {
    const { assetId, generation } = FenceQuestion.parse(data);
    this.memory.fence(assetId, generation);
    await this.outgoing.drain(assetId, generation, this.config.FENCE_PATIENCE_MS);
    return { confirmed: true };
  }
}
