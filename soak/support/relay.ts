import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How one connection passes on what comes back from the target. */
export interface Link {
  /** Awaited before the first byte of each answer. */
  readonly hold: () => Promise<unknown>;
  readonly bytesPerSecond: number;
}

const atOnce = (): Promise<void> => Promise.resolve();
export const fastLink: Link = { hold: atOnce, bytesPerSecond: Number.POSITIVE_INFINITY };
const SLICES_PER_SECOND = 20;

/** A TCP hop between two processes that a soak can slow down, refuse at and cut. */
export class Relay {
  /** Asked once for each connection. */
  link: () => Link = () => fastLink;
  /** So many of the next connections are reset at once. */
  refuse = 0;
  /** Told of each connection that is let through. */
  onConnection: () => void = () => {};
  readonly #server: Server;
  readonly #target: () => number;
  readonly #sockets = new Set<Socket>();
  #busy = 0;
  #isCut = false;

  private constructor(server: Server, target: () => number) {
    this.#server = server;
    this.#target = target;
    server.on('connection', (socket) => this.#pass(socket));
  }

  /** @param target port on 127.0.0.1, asked at each connection */
  static async to(target: () => number): Promise<Relay> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, target);
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Connections that hold bytes of the target that were not passed on yet. */
  get busy(): number {
    return this.#busy;
  }

  /** Resets every connection and refuses new ones until mended. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(near: Socket): void {
    if (this.#isCut || this.refuse > 0) {
      if (!this.#isCut) this.refuse -= 1;
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.#target(), host: '127.0.0.1', allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.resetAndDestroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    near.pipe(far);
    this.#passBack(far, near, this.link());
    this.onConnection();
  }

  #passBack(far: Socket, near: Socket, link: Link): void {
    let sending: Promise<unknown> = Promise.resolve();
    let isFirst = true;
    far.on('data', (chunk: Buffer) => {
      far.pause();
      this.#busy += 1;
      const hold = isFirst ? link.hold : atOnce;
      isFirst = false;
      sending = sending
        .then(hold)
        .then(() => slowly(near, chunk, link.bytesPerSecond))
        .finally(() => {
          this.#busy -= 1;
          far.resume();
        });
    });
    near.on('data', () => {
      isFirst = true;
    });
    far.on('end', () => void sending.then(() => near.end()));
  }
}

async function slowly(to: Socket, chunk: Buffer, bytesPerSecond: number): Promise<void> {
  if (bytesPerSecond === Number.POSITIVE_INFINITY) return void to.write(chunk);
  const slice = Math.max(1, Math.round(bytesPerSecond / SLICES_PER_SECOND));
  for (let at = 0; at < chunk.length && !to.destroyed; at += slice) {
    to.write(chunk.subarray(at, at + slice));
    await delay(1_000 / SLICES_PER_SECOND);
  }
}
