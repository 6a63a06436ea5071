import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { TIMINGS, type Timings } from '../config.js';
import { Deliveries, type Delivery } from './deliveries.js';
import { Lanes } from './lanes.js';
import { WebhookAlarms } from './webhook-alarms.js';

const AT_ONCE_A_PROJECT = 4;
const WAITING_A_PROJECT = 100;

/**
 * Gives each project its own lane, so that a slow endpoint holds up nobody else: neither in memory nor, since
 * its messages are acknowledged once an alarm stands for them, in the consumer.
 */
@Injectable()
export class Dispatcher {
  readonly #logger = new Logger(Dispatcher.name);
  readonly #lanes = new Lanes(AT_ONCE_A_PROJECT, WAITING_A_PROJECT);
  readonly #inHand = new Set<string>();

  constructor(
    private readonly deliveries: Deliveries,
    private readonly alarms: WebhookAlarms,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TIMINGS) private readonly timings: Timings,
  ) {}

  /** Resolves once the delivery is done with for now or an alarm stands for it; the message may then go. */
  async take(delivery: Delivery): Promise<void> {
    const { projectId } = delivery.fact.data;
    const prompt = this.#lanes.isFree(projectId);
    const work = this.#inHand.has(delivery.id) ? undefined : this.#start(delivery, projectId);
    // A healthy receiver answers within the grace and costs no alarm.
    if (work && prompt && (await this.#inTime(work))) return;
    work?.catch((error: unknown) =>
      this.#logger.warn(`${delivery.id} waits for its alarm: ${String(error)}`),
    );
    await this.alarms.set(delivery, this.clock.now() + this.timings.claimMs);
  }

  #start(delivery: Delivery, projectId: string): Promise<void> | undefined {
    const work = this.#lanes.run(projectId, () => this.deliveries.advance(delivery));
    if (!work) return undefined;
    this.#inHand.add(delivery.id);
    return work.finally(() => this.#inHand.delete(delivery.id));
  }

  async #inTime(work: Promise<void>): Promise<boolean> {
    const grace = new AbortController();
    const late = delay(this.timings.graceMs, false, { signal: grace.signal });
    try {
      return await Promise.race([work.then(() => true), late]);
    } finally {
      grace.abort();
      late.catch(() => {});
    }
  }
}
