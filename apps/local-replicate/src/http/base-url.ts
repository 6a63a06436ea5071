import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';

/** Makes the addresses that this server hands out; the port is known only once it listens. */
@Injectable()
export class BaseUrl {
  #listening: string | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  listensOn(port: number): void {
    this.#listening = `http://${this.config.HOST === '0.0.0.0' ? '127.0.0.1' : this.config.HOST}:${port}`;
  }

  /** Absolute URL of a path that starts with a slash. */
  of(path: string): string {
    const base = this.config.PUBLIC_BASE_URL ?? this.#listening;
    if (!base) throw new Error('asked for an address before the server listens');
    return base.replace(/\/+$/, '') + path;
  }

  /** The path of an address of this server, whatever port it had when it was handed out; else undefined. */
  ownPath(url: string): string | undefined {
    const { origin, pathname } = new URL(url);
    return origin === new URL(this.of('/')).origin ? pathname : undefined;
  }
}
