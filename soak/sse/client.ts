import { Relay } from '../support/relay.ts';
import type { Stream } from './told.ts';

/** A client that comes back by itself, on a link of its own that can be cut. */
export abstract class Client {
  readonly stream: Stream;
  /** Ids of all events that have one, as they came. */
  readonly ids: string[] = [];
  /** Frames that say that a cursor is not known, answers other than 200: there should be none. */
  readonly complaints: string[] = [];
  cuts = 0;
  connections = 0;
  protected isOpen = false;
  readonly #relay: Relay;
  readonly #url: string;

  protected constructor(stream: Stream, relay: Relay) {
    this.stream = stream;
    this.#relay = relay;
    this.#url = `http://127.0.0.1:${relay.port}${stream.path}`;
  }

  static link(gateway: string): Promise<Relay> {
    const port = Number(new URL(gateway).port);
    return Relay.to(() => port);
  }

  abstract readonly kind: string;

  protected get url(): string {
    return this.#url;
  }

  /** Whether it is connected and has something to resume from. */
  get canBeCut(): boolean {
    return this.isOpen && this.ids.length > 0;
  }

  get isConnected(): boolean {
    return this.isOpen;
  }

  cut(): void {
    this.isOpen = false;
    this.cuts += 1;
    this.#relay.cut();
    this.#relay.mend();
  }

  /** `<epoch>-<seq>` as sequences. */
  get seqs(): number[] {
    return this.ids.map((id) => Number(id.split('-')[1]));
  }

  async stop(): Promise<void> {
    this.close();
    await this.#relay.stop();
  }

  protected abstract close(): void;

  protected opened(): void {
    this.isOpen = true;
    this.connections += 1;
  }
}
