import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { sabotaged } from '@zoetrope/platform/sabotage';
import { type NotifierConfig, TIMINGS, type Timings } from '../config.js';
import { Deliveries } from './deliveries.js';
import type { Delivery, DeliveryRef } from './delivery.js';
import { Gate } from './gate.js';
import { type Lane, Lanes, PACE, SENT_AWAY } from './lanes.js';
import { WebhookAlarms } from './webhook-alarms.js';

/** Alarms set at once for what an opening circuit sends away, so that hundreds of them hold up no healthy endpoint. */
const POSTPONED_AT_ONCE = 4;

/**
 * Gives each endpoint its own lane, so that a slow one holds up nobody else: neither in memory nor in the consumer,
 * where nothing waits. What cannot be sent now stands as its alarm.
 */
@Injectable()
export class Dispatcher {
  readonly #logger = new Logger(Dispatcher.name);
  readonly #lanes: Lanes;
  readonly #inHand = new Set<string>();
  readonly #postponing = new Gate(POSTPONED_AT_ONCE);

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
    const pace = { ...PACE, atOnce, horizonMs, pauseMs, longestPauseMs };
    this.#lanes = new Lanes(pace, () => this.clock.now());
  }

  /**
   * Resolves once the delivery is done with for now or an alarm stands for it; the message may then go.
   *
   * @param load reads the delivery; not called for one that has to wait
   */
  async take(ref: DeliveryRef, load: () => Promise<Delivery | undefined>): Promise<void> {
    const claimed = this.clock.now() + this.timings.claimMs;
    if (this.#inHand.has(ref.id)) return this.alarms.set(ref, claimed);
    const lane = this.#lanes.of(sabotaged('shared-lane') ? 'all' : ref.due.projectId);
    // A healthy receiver answers within the grace and costs no alarm.
    const quick = lane.isQuick;
    // Whether its alarm stands, or is not needed. Never a rejection: its turn may come long after, and nobody listens until then.
    const standing = Promise.withResolvers<boolean>();
    const work = lane.run(async () => {
      if (!(await standing.promise)) return;
      const delivery = await load();
      if (delivery) await this.#send(lane, delivery);
    });
    if (!work) return this.alarms.set(ref, lane.appointment());
    this.#inHand.add(ref.id);
    const done = this.#orLater(work, ref, lane).finally(() => this.#inHand.delete(ref.id));
    if (quick) {
      standing.resolve(true);
      if (await this.#inTime(done)) return;
    }
    done.catch((error: unknown) => this.#logger.warn(`${ref.id} waits for its alarm: ${String(error)}`));
    try {
      await this.alarms.set(ref, claimed);
      standing.resolve(true);
    } catch (error) {
      standing.resolve(false);
      throw error;
    }
  }

  async #send(lane: Lane, delivery: Delivery): Promise<void> {
    const answer = await this.deliveries.advance(delivery, lane.isTrusted);
    if (!answer) return;
    const { ok, responseCode = 599, latencyMs } = answer;
    const broken = !ok && (responseCode >= 500 || responseCode === 429);
    lane.settle({ broken, latencyMs });
  }

  /** Those that wait in memory when their endpoint's circuit opens get their appointments, a few at a time. */
  async #orLater(work: Promise<unknown>, ref: DeliveryRef, lane: Lane): Promise<void> {
    if ((await work) !== SENT_AWAY) return;
    await this.#postponing.through(() => this.alarms.set(ref, lane.appointment()));
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
