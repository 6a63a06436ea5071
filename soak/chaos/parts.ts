import { setTimeout as delay } from 'node:timers/promises';
import type { SoakSystem } from '../support/system.ts';

export type Kind = 'gateway' | 'quota' | 'generator' | 'notifier' | 'renderer' | 'nats' | 'postgres';

/** What the supervisor of a process offers. */
export interface Kept {
  up(): Promise<{ readonly pid: number }>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** One process of the system, by a name that outlives its deaths. */
export class Part {
  readonly name: string;
  readonly kind: Kind;
  /** Its address, of a gateway. */
  readonly url: string;
  /** Unix ms of each kill -9. */
  readonly kills: number[] = [];
  pauses = 0;
  readonly #kept: Kept;
  #state: 'up' | 'down' | 'paused' = 'up';
  #stopped = 0;

  constructor(name: string, kind: Kind, kept: Kept, url = '') {
    this.name = name;
    this.kind = kind;
    this.url = url;
    this.#kept = kept;
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** kill -9; its supervisor starts it again. Resolves when it is up again. */
  async kill(): Promise<void> {
    this.#state = 'down';
    this.kills.push(Date.now());
    await this.#kept.kill('SIGKILL');
    await this.#kept.up();
    this.#state = 'up';
  }

  /** SIGSTOP for so long, then SIGCONT. */
  async pause(ms: number): Promise<void> {
    const { pid } = await this.#kept.up();
    this.#state = 'paused';
    this.#stopped = pid;
    this.pauses += 1;
    process.kill(pid, 'SIGSTOP');
    await delay(ms);
    this.resume();
  }

  /** Lets it go on at once, if it is paused. */
  resume(): void {
    if (this.#state !== 'paused') return;
    process.kill(this.#stopped, 'SIGCONT');
    this.#state = 'up';
  }

  async pid(): Promise<number> {
    return (await this.#kept.up()).pid;
  }
}

/** Every process of the system; `brokers` in place of its own NATS. */
export function partsOf(system: SoakSystem, brokers: readonly Kept[]): Part[] {
  const parts: Part[] = [];
  for (const [app, copies] of Object.entries(system.copies)) {
    const kind = app === 'local-replicate' ? 'renderer' : (app as Kind);
    copies.forEach((copy, index) => {
      const url = kind === 'gateway' ? system.gateways[index] : '';
      parts.push(new Part(copies.length > 1 ? `${kind}-${index + 1}` : kind, kind, copy, url));
    });
  }
  const { nats, postgres } = system.servers;
  for (const [index, broker] of brokers.entries()) parts.push(new Part(`nats-${index + 1}`, 'nats', broker));
  if (nats) parts.push(new Part('nats', 'nats', nats));
  if (postgres) parts.push(new Part('postgres', 'postgres', postgres));
  return parts;
}
