import { EventSource } from 'eventsource';
import type { Relay } from '../support/relay.ts';
import { Client } from './client.ts';
import { EVENT_OF, type Stream } from './told.ts';

/** npm's `eventsource`, which reconnects as a browser does. */
export class EventSourceClient extends Client {
  readonly kind = 'eventsource';
  readonly #source: EventSource;

  static async open(stream: Stream, gateway: string): Promise<EventSourceClient> {
    return new EventSourceClient(stream, await Client.link(gateway));
  }

  private constructor(stream: Stream, relay: Relay) {
    super(stream, relay);
    const cookie = stream.cookie === '' ? {} : { cookie: stream.cookie };
    this.#source = new EventSource(this.url, {
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, ...cookie } }),
    });
    this.#source.addEventListener('open', () => this.opened());
    this.#source.addEventListener('error', ({ code, message }) => {
      this.isOpen = false;
      if (this.#source.readyState === EventSource.CLOSED) this.complaints.push(`gave up: ${code} ${message}`);
    });
    for (const name of new Set(Object.values(EVENT_OF)))
      this.#source.addEventListener(name, ({ lastEventId }) => void this.ids.push(lastEventId));
    this.#source.addEventListener('reset', () => void this.complaints.push('reset'));
  }

  protected close(): void {
    this.#source.close();
  }
}
