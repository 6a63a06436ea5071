import path from 'node:path';
import { z } from 'zod';
import { portNear } from './free-port.js';
import { readJson, writeJson } from './json-file.js';

const Remembered = z.record(z.string(), z.int().min(1).max(65_535));

/** Which part listens where, kept in `ports.json` so that restarts find the same ports where possible. */
export class Ports {
  readonly #file: string;
  readonly #remembered: Record<string, number>;
  readonly #taken = new Set<number>();

  /** @throws StartFailure when `ports.json` is damaged. */
  constructor(dataDir: string) {
    this.#file = path.join(dataDir, 'ports.json');
    this.#remembered = readJson(this.#file, Remembered, 'delete it and start again') ?? {};
  }

  /** The part's port of last time if it is free, else a free one, which is remembered. */
  async take(part: string): Promise<number> {
    let port = await portNear(this.#remembered[part]);
    while (this.#taken.has(port)) port = await portNear(undefined);
    this.#taken.add(port);
    if (this.#remembered[part] !== port) {
      this.#remembered[part] = port;
      writeJson(this.#file, this.#remembered);
    }
    return port;
  }
}
