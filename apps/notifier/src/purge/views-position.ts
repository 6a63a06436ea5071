import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { DATABASE } from '../database.js';

const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 200;

/** How far PostgreSQL's views have come. The gateway's projector moves the position with the rows. */
@Injectable()
export class ViewsPosition {
  constructor(@Inject(DATABASE) private readonly pool: Pool) {}

  /**
   * @param seq sequence on the ASSETS stream
   * @returns true once the views have that fact, false after `timeoutMs`, also when PostgreSQL is away
   */
  async waitFor(seq: number, timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LONGEST_LOOK_MS)) {
      if ((await this.#position()) >= seq) return true;
      if (performance.now() + pause > end) return false;
      await delay(pause);
    }
  }

  async #position(): Promise<number> {
    const text = `select position from views.projection_position where stream = 'ASSETS'`;
    // Away, or without its tables yet, says as little as an old position; the caller names it unconfirmed.
    const found = await this.pool.query<{ position: string }>(text).catch(() => undefined);
    return Number(found?.rows[0]?.position ?? 0);
  }
}
