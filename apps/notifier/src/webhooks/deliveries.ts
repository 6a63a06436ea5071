import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import {
  type DeliveryFact,
  WebhookDeadLettered,
  WebhookDelivered,
  WebhookDispatched,
  WebhookFailed,
} from '@zoetrope/contracts/facts/delivery';
import { AssetId, ProjectId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { WebhookEventType } from '@zoetrope/contracts/webhook-events';
import { foldDelivery, nextAttempt, retryAt } from '@zoetrope/domain/delivery';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { TIMINGS, type Timings } from '../config.js';
import { EmbedAddress } from './embed-address.js';
import { Endpoints } from './endpoints.js';
import type { WebhookSource } from './event-types.js';
import { webhookBody } from './payload.js';
import { type Answer, Receiver } from './receiver.js';
import { WebhookSigning } from './signing.js';
import { WebhookAlarms } from './webhook-alarms.js';

/** One event for one endpoint. */
export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly type: WebhookEventType;
  /** The fact it tells of; everything of the delivery stands behind it on the subject. */
  readonly fact: WebhookSource;
}

interface Step {
  readonly kind: 'attempt' | 'over';
  readonly attempt: number;
}

/** Makes the attempts of a delivery and records each before and after: alarm, fact, acknowledge. */
@Injectable()
export class Deliveries {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TIMINGS) private readonly timings: Timings,
    private readonly endpoints: Endpoints,
    private readonly signing: WebhookSigning,
    private readonly address: EmbedAddress,
    private readonly receiver: Receiver,
    private readonly alarms: WebhookAlarms,
  ) {}

  /** Makes the attempt that is due, if one is. When more is left to do later, its alarm is set. */
  async advance(delivery: Delivery): Promise<void> {
    const step = await this.#dispatch(delivery);
    if (step.kind === 'over') return;
    const answer = await this.#post(delivery);
    await this.#record(delivery, step.attempt, answer);
  }

  /** Claims the next attempt by its fact. Only who appended it makes the POST. */
  async #dispatch(delivery: Delivery): Promise<Step> {
    for (;;) {
      const { facts, version } = await this.#read(delivery);
      const next = nextAttempt(foldDelivery(delivery.id, facts), this.clock.now(), this.timings.claimMs);
      if (next.kind === 'nothing-left') return { kind: 'over', attempt: 0 };
      if (next.kind === 'wait') {
        await this.alarms.set(delivery, next.at);
        return { kind: 'over', attempt: 0 };
      }
      const about = this.#about(delivery, next.attempt);
      const fact =
        next.kind === 'attempt'
          ? WebhookDispatched(about)
          : WebhookDeadLettered({ ...about, reason: next.reason });
      const appended = await this.#append(delivery, fact, version);
      if (appended && next.kind === 'attempt') return { kind: 'attempt', attempt: next.attempt };
    }
  }

  async #record(delivery: Delivery, attempt: number, answer: Answer): Promise<void> {
    const about = this.#about(delivery, attempt);
    const { latencyMs, responseCode } = answer;
    const nextAttemptAt = answer.ok
      ? undefined
      : retryAt({ ...answer, deliveryId: delivery.id, attempt }, this.clock.now());
    if (nextAttemptAt !== undefined) await this.alarms.set(delivery, nextAttemptAt);
    const fact = answer.ok
      ? WebhookDelivered({ ...about, responseCode: answer.responseCode, latencyMs })
      : WebhookFailed({ ...about, responseCode, reason: answer.reason, latencyMs, nextAttemptAt });
    for (;;) {
      const { facts, version } = await this.#read(delivery);
      const state = foldDelivery(delivery.id, facts);
      // Another copy made the same attempt again after this one took too long, and has ended it.
      if (state.status !== 'sending' || state.attempt !== attempt) return;
      if (await this.#append(delivery, fact, version)) break;
    }
    // The last failure has its dead letter at once.
    if (!answer.ok && nextAttemptAt === undefined) await this.#dispatch(delivery);
  }

  async #post(delivery: Delivery): Promise<Answer> {
    const { projectId, assetId } = delivery.fact.data;
    const endpoint = await this.endpoints.of(projectId);
    if (!endpoint.url || !endpoint.enabled) {
      return { ok: false, reason: 'the endpoint is disabled', latencyMs: 0 };
    }
    const mp4Url = await this.address.of(projectId, assetId, endpoint);
    const body = JSON.stringify(webhookBody(delivery.fact, delivery.eventId, delivery.type, mp4Url));
    const at = new Date(this.clock.now());
    const headers = await this.signing.sign(projectId, delivery.eventId, body, at);
    if (!headers) return { ok: false, reason: 'the project has no webhook secret', latencyMs: 0 };
    return this.receiver.post(endpoint.url, headers, body);
  }

  async #read({ fact }: Delivery): Promise<{ facts: Recorded[]; version: number }> {
    const subject = assetSubject(fact.data.assetId, 'delivery');
    const facts = await this.log.readCurrent(subject, { from: fact.meta.seq });
    // Nothing since the fact: the expectation is of a message before it.
    return { facts, version: facts.at(-1)?.meta.seq ?? (await this.log.lastSeq(subject)) };
  }

  /** @returns false when the subject has moved, or when this very append turns out to be another copy's */
  async #append({ id, fact }: Delivery, about: DeliveryFact, expect: number): Promise<boolean> {
    const { meta } = fact;
    const cause = { id: meta.id, requestId: meta.requestId, traceparent: meta.traceparent };
    // The version in the key: an attempt that is made again is dispatched again.
    const key = `${id}.${about.data.attempt}.${expect}`;
    const appended = await this.log.append(assetSubject(fact.data.assetId, 'delivery'), about, {
      expect,
      cause,
      key,
    });
    return appended.kind === 'appended' && !appended.already;
  }

  #about({ id, eventId, type, fact }: Delivery, attempt: number) {
    const { assetId, projectId, generation, requestSeq } = fact.data;
    return {
      assetId: AssetId.parse(assetId),
      projectId: ProjectId.parse(projectId),
      generation,
      requestSeq,
      deliveryId: id,
      eventId,
      eventType: type,
      attempt,
    };
  }
}
