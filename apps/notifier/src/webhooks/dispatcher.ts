import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { sabotaged } from '@zoetrope/platform/sabotage';
import { type NotifierConfig, TIMINGS, type Timings } from '../config.js';
import { Deliveries } from './deliveries.js';
import type { Delivery, DeliveryRef } from './delivery.js';
import { type Lane, Lanes, PACE } from './lanes.js';
import { WebhookAlarms } from './webhook-alarms.js';

/**
 * Gives each endpoint its own lane, so that a slow one holds up nobody else: neither in memory nor in the consumer,
 * where nothing waits. What cannot be sent now stands as its alarm.
 */
@Injectable()
export class Dispatcher {
  readonly #logger = new Logger(Dispatcher.name);
  readonly #lanes: Lanes;
  readonly #inHand = new Set<string>();

  constructor(
    private readonly deliveries: Deliveries,
    private readonly alarms: WebhookAlarms,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TIMINGS) private readonly timings: Timings,
    @Inject(CONFIG) config: NotifierConfig,
  ) {
    const { WEBHOOK_AT_ONCE: atOnce, WEBHOOK_HORIZON_MS: horizonMs } = config;
    // No pause is longer than the horizon: whoever comes again then must find the door open.
    const pauses = [PACE.pauseMs, PACE.longestPauseMs].map((ms) => Math.min(ms, horizonMs));
    const [pauseMs = horizonMs, longestPauseMs = horizonMs] = pauses;
    this.#lanes = new Lanes({ ...PACE, atOnce, horizonMs, pauseMs, longestPauseMs });
  }

  /**
   * Resolves once the delivery is done with for now or an alarm stands for it; the message may then go.
   *
   * @param load reads the delivery; not called for one that has to wait
   */
  async take(ref: DeliveryRef, load: () => Promise<Delivery | undefined>): Promise<void> {
    const now = this.clock.now();
    const claimed = now + this.timings.claimMs;
    if (this.#inHand.has(ref.id)) return this.alarms.set(ref, claimed);
    const lane = this.#lanes.of(sabotaged('shared-lane') ? 'all' : ref.due.projectId);
    // A healthy receiver answers within the grace and costs no alarm.
    const quick = lane.isQuick;
    const standing = Promise.withResolvers<void>();
    const work = lane.run(async () => {
      await standing.promise;
      const delivery = await load();
      if (delivery) await this.#send(lane, delivery, quick);
    }, now);
    if (!work) return this.alarms.set(ref, lane.appointment(now));
    this.#inHand.add(ref.id);
    const done = work.finally(() => this.#inHand.delete(ref.id));
    if (quick) {
      standing.resolve();
      if (await this.#inTime(done)) return;
    }
    const late = done.catch((error: unknown) =>
      this.#logger.warn(`${ref.id} waits for its alarm: ${String(error)}`),
    );
    try {
      await this.alarms.set(ref, claimed);
      standing.resolve();
    } catch (error) {
      standing.reject(error);
      await late;
      throw error;
    }
  }

  async #send(lane: Lane, delivery: Delivery, quick: boolean): Promise<void> {
    const answer = await this.deliveries.advance(delivery, quick);
    if (!answer) return;
    const { ok, responseCode = 599, latencyMs } = answer;
    const broken = !ok && (responseCode >= 500 || responseCode === 429);
    lane.settle({ broken, latencyMs }, this.clock.now());
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
