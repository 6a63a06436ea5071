import { Inject, Injectable } from '@nestjs/common';
import { NotifierLease } from '@zoetrope/contracts/messages';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

/** When a copy dies all its clients come back within a second or two: they need not each ask the broker, ms. */
const REMEMBER_MS = 500;

/** Where the notifier copies listen, by their leases. */
@Injectable()
export class NotifierCopies {
  #asked: { readonly urls: Promise<string[]>; readonly at: number } | undefined;

  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /** Addresses of the live copies, in random order so that clients spread. @throws LogUnavailable */
  async inAnyOrder(): Promise<string[]> {
    if (!this.#asked || performance.now() - this.#asked.at > REMEMBER_MS) {
      this.#asked = { urls: this.#ask(), at: performance.now() };
    }
    const urls = await this.#asked.urls;
    return urls
      .map((url) => ({ url, at: Math.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ url }) => url);
  }

  async #ask(): Promise<string[]> {
    const leases = await this.log.leases.list('notifier.');
    return leases.flatMap(({ value }) => NotifierLease.safeParse(value).data?.url ?? []);
  }
}
