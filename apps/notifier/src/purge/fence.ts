import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { FenceAnswer, type FenceQuestion } from '@zoetrope/contracts/messages';
import { fenceSubject } from '@zoetrope/contracts/subjects';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { inSpan } from '@zoetrope/eventlog/tracing';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { sabotaged } from '@zoetrope/platform/sabotage';
import { TIMINGS, type Timings } from '../config.js';

const GATEWAYS = 'gateway.';
const ASK_AGAIN_MS = 100;
const LEASE_LOOK_MS = 250;

/** Lease keys (`gateway.<id>`). One that lapsed is in neither list: it no longer answers from memory. */
export interface Fenced {
  readonly confirmed: readonly string[];
  readonly unconfirmed: readonly string[];
}

type Outcome = 'confirmed' | 'lapsed' | 'unconfirmed';

/** Makes sure that no gateway answers from memory for an asset any more, before its bytes change. */
@Injectable()
export class Fence {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(TIMINGS) private readonly timings: Timings,
  ) {}

  /**
   * Asks every gateway that holds a lease, until it confirms or its lease has lapsed; `fenceMs` at most.
   * A gateway that starts meanwhile remembers nothing, so it needs no asking.
   * @throws LogUnavailable when the leases cannot be read at the start
   */
  raise(question: FenceQuestion): Promise<Fenced> {
    return inSpan('fence', {}, async (span) => {
      const fenced = await this.#raise(question);
      span.set({
        'zoetrope.confirmed': fenced.confirmed.length,
        'zoetrope.unconfirmed': fenced.unconfirmed.length,
      });
      return fenced;
    });
  }

  async #raise(question: FenceQuestion): Promise<Fenced> {
    const holders = await this.log.leases.list(GATEWAYS);
    if (sabotaged('no-barrier')) return { confirmed: holders.map(({ key }) => key), unconfirmed: [] };
    const outcomes = await Promise.all(
      holders.map(async ({ key }) => ({ key, outcome: await this.#settle(key, question) })),
    );
    const keysOf = (wanted: Outcome) => outcomes.filter((o) => o.outcome === wanted).map(({ key }) => key);
    return { confirmed: keysOf('confirmed'), unconfirmed: keysOf('unconfirmed') };
  }

  async #settle(key: string, question: FenceQuestion): Promise<Outcome> {
    const over = new AbortController();
    const late = delay(this.timings.fenceMs, 'unconfirmed' as const, { signal: over.signal });
    try {
      return await Promise.race([
        this.#untilConfirmed(key, question, over.signal),
        this.#untilLapsed(key, over.signal),
        late,
      ]);
    } finally {
      over.abort();
    }
  }

  async #untilConfirmed(key: string, question: FenceQuestion, over: AbortSignal): Promise<Outcome> {
    const subject = fenceSubject(key.slice(GATEWAYS.length));
    while (!over.aborted) {
      const answer = await unlessUnavailable(
        this.log.core.request(subject, question, this.timings.fenceAskMs),
      );
      const parsed = FenceAnswer.safeParse(answer);
      if (parsed.success && parsed.data.confirmed) return 'confirmed';
      await delay(ASK_AGAIN_MS, undefined, { signal: over });
    }
    return 'unconfirmed';
  }

  async #untilLapsed(key: string, over: AbortSignal): Promise<Outcome> {
    while (!over.aborted) {
      await delay(LEASE_LOOK_MS, undefined, { signal: over });
      const holders = await unlessUnavailable(this.log.leases.list(GATEWAYS));
      if (holders && !holders.some((holder) => holder.key === key)) return 'lapsed';
    }
    return 'unconfirmed';
  }
}

/** Nobody answering is what the fence waits out; anything else is a fault of ours. */
async function unlessUnavailable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof LogUnavailable) return undefined;
    throw error;
  }
}
