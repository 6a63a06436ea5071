import type { Service } from '@zoetrope/contracts/fact';
import type { EventLog } from './event-log.js';

export interface ConnectOptions {
  /** Who appends; facts of other writers are refused. */
  readonly service: Service;
  /** Connection name in the server's monitoring; default the service. */
  readonly name?: string;
  /** Copies of each stream; default 1, 3 in production. */
  readonly replicas?: number;
  /** Milliseconds to wait for one answer of the broker; default 5,000. */
  readonly timeoutMs?: number;
}

/** Connects and from then on reconnects for ever. `url` may list several servers, comma-separated. */
export async function connectLog(url: string, options: ConnectOptions): Promise<EventLog> {
  throw new Error(`${url}: not built yet for ${options.service}`);
}
