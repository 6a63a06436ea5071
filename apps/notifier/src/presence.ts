import { hostname } from 'node:os';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { NotifierLease } from '@zoetrope/contracts/messages';
import type { EventLog, Lease } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock, IDS, type Ids } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { NotifierConfig } from './config.js';

/** Tells the gateways where this copy's SSE server listens, for as long as it does. */
@Injectable()
export class Presence implements BeforeApplicationShutdown {
  #lease: Lease | undefined;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: NotifierConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  /** @param port where the HTTP server listens */
  async announce(port: number): Promise<void> {
    const id = this.ids.hex(8);
    const url = this.config.NOTIFIER_URL ?? `http://${reachable(this.config.HOST)}:${port}`;
    const lease = NotifierLease.parse({ id, url, since: this.clock.now() });
    this.#lease = await this.log.leases.hold(`notifier.${id}`, () => lease);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#lease?.release();
  }
}

/** A wildcard address means every interface here and nothing at all elsewhere. */
const reachable = (host: string): string =>
  host === '0.0.0.0' || host === '::' ? hostname() : host.includes(':') ? `[${host}]` : host;
