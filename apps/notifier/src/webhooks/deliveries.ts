import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import {
  type DeliveryFact,
  WebhookDeadLettered,
  WebhookDelivered,
  WebhookDispatched,
  WebhookFailed,
  WebhookHeld,
  WebhookReplayed,
} from '@zoetrope/contracts/facts/delivery';
import { AssetId, type CommandId } from '@zoetrope/contracts/ids';
import {
  type DeliveryState,
  foldDelivery,
  mayReplay,
  type NextAttempt,
  nextAttempt,
  retryAt,
} from '@zoetrope/domain/delivery';
import { isOpen, learn } from '@zoetrope/domain/endpoint';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { inSpan } from '@zoetrope/eventlog/tracing';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { TIMINGS, type Timings } from '../config.js';
import type { Delivery } from './delivery.js';
import { type Endpoint, Endpoints } from './endpoints.js';
import { Gate } from './gate.js';
import { type Answer, Receiver } from './receiver.js';
import { Requests } from './requests.js';
import { WebhookAlarms } from './webhook-alarms.js';

interface Read {
  readonly state: DeliveryState;
  /** Last sequence of the subject: what the next append expects. */
  readonly version: number;
}

/** An attempt that this copy has begun, by its own fact. */
interface Begun {
  readonly attempt: number;
  /** Of its round: 1 for the first and for the first of a replay. */
  readonly rung: number;
  readonly endpoint: Endpoint;
}

/**
 * Hundreds of endpoints that hang begin and end their requests together. What is recorded of that takes turns, so that it
 * never fills the process; the requests themselves hold no place.
 */
const SLOW_AT_ONCE = 8;
type Work = <T>(step: () => Promise<T>) => Promise<T>;

/** Makes the attempts of a delivery and records each before and after: alarm, fact, acknowledge. */
@Injectable()
export class Deliveries {
  readonly #slow = new Gate(SLOW_AT_ONCE);

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TIMINGS) private readonly timings: Timings,
    private readonly endpoints: Endpoints,
    private readonly requests: Requests,
    private readonly receiver: Receiver,
    private readonly alarms: WebhookAlarms,
  ) {}

  /**
   * Makes the attempt that is due, if one is. When more is left to do later, its alarm is set.
   *
   * @param trusted its endpoint answers: it does not wait for what is recorded about those that do not
   * @returns how a request ended; undefined when none was made
   */
  async advance(delivery: Delivery, trusted = false): Promise<Answer | undefined> {
    const work: Work = trusted ? (step) => step() : (step) => this.#slow.through(step);
    const begun = await work(() => this.#dispatch(delivery));
    if (!begun) return undefined;
    const answer = await this.#post(delivery, begun.endpoint);
    await work(async () => {
      await this.#learn(delivery, begun, answer);
      await this.#record(delivery, begun, answer);
    });
    return answer;
  }

  /** Has it sent again: all its attempts anew, under the same ids. Nothing new for a command that did so already. */
  async replay(delivery: Delivery, commandId: CommandId): Promise<void> {
    for (;;) {
      const { state, version } = await this.#read(delivery);
      if (!mayReplay(state, commandId)) return;
      const fact = WebhookReplayed({ ...about(delivery, state.attempt), commandId });
      if (await this.#append(delivery, fact, version)) return;
    }
  }

  /** Claims the next attempt by its fact. Only who appended it makes the POST. */
  async #dispatch(delivery: Delivery): Promise<Begun | undefined> {
    for (;;) {
      const endpoint = await this.endpoints.of(delivery.due.projectId);
      if (endpoint.deleted) return undefined;
      const { state, version } = await this.#read(delivery);
      const open = isOpen(endpoint, delivery.type);
      const { claimMs } = this.timings;
      const next = nextAttempt(state, { now: this.clock.now(), claimMs, open });
      if (next.kind === 'nothing-left') return undefined;
      if (next.kind === 'wait') {
        await this.alarms.set(delivery, next.at);
        return undefined;
      }
      const appended = await this.#append(delivery, factOf(delivery, next), version);
      if (appended && next.kind === 'attempt')
        return { attempt: next.attempt, rung: next.attempt - state.before, endpoint };
    }
  }

  async #post(delivery: Delivery, endpoint: Endpoint): Promise<Answer> {
    const request = await this.requests.make(delivery, endpoint, this.clock.now());
    if (!request) return { ok: false, reason: 'the project has no webhook secret', latencyMs: 0 };
    // The receiver is a stranger: it gets no trace of ours, and its address stays out of it.
    return inSpan(
      'webhook POST',
      { kind: 'CLIENT', traceparent: delivery.fact.meta.traceparent },
      async (span) => {
        const answer = await this.receiver.post(String(endpoint.url), request.headers, request.body);
        span.set({ 'http.response.status_code': answer.responseCode, 'zoetrope.delivered': answer.ok });
        return answer;
      },
    );
  }

  /** What it says of the endpoint comes first: nothing else is sent to one that is gone. */
  async #learn(
    { due, type, id }: Delivery,
    { attempt, rung, endpoint }: Begun,
    answer: Answer,
  ): Promise<void> {
    const { projectId } = due;
    const decide = learn(projectId, { ...answer, attempt: rung, type }, this.clock.now());
    if (decide(endpoint)) await this.endpoints.record(projectId, `${id}.${attempt}`, decide);
  }

  async #record(delivery: Delivery, { attempt, rung }: Begun, answer: Answer): Promise<void> {
    const { latencyMs, responseCode, responseBody } = answer;
    const nextAttemptAt = answer.ok
      ? undefined
      : retryAt({ ...answer, deliveryId: delivery.id, attempt: rung }, this.clock.now());
    if (nextAttemptAt !== undefined) await this.alarms.set(delivery, nextAttemptAt);
    const ended = { ...about(delivery, attempt), latencyMs, responseBody };
    const fact = answer.ok
      ? WebhookDelivered({ ...ended, responseCode: answer.responseCode })
      : WebhookFailed({ ...ended, responseCode, reason: answer.reason, nextAttemptAt });
    for (;;) {
      const { state, version } = await this.#read(delivery);
      // Another copy made the same attempt again after this one took too long, and has ended it.
      if (state.status !== 'sending' || state.attempt !== attempt) return;
      if (await this.#append(delivery, fact, version)) break;
    }
    // The last failure has its dead letter at once.
    if (!answer.ok && nextAttemptAt === undefined) await this.#dispatch(delivery);
  }

  async #read({ id, subject, fact }: Delivery): Promise<Read> {
    const facts: Recorded[] = await this.log.readCurrent(subject, { from: fact.meta.seq });
    // Nothing since the fact: the expectation is of a message before it.
    const version = facts.at(-1)?.meta.seq ?? (await this.log.lastSeq(subject));
    return { state: foldDelivery(id, facts), version };
  }

  /** @returns false when the subject has moved, or when this very append turns out to be another copy's */
  async #append({ id, subject, fact }: Delivery, told: DeliveryFact, expect: number): Promise<boolean> {
    const { meta } = fact;
    const cause = { id: meta.id, requestId: meta.requestId, traceparent: meta.traceparent };
    // The version in the key: an attempt that is made again is dispatched again.
    const key = `${id}.${told.data.attempt}.${expect}`;
    const appended = await this.log.append(subject, told, { expect, cause, key });
    return appended.kind === 'appended' && !appended.already;
  }
}

type Recordable = Exclude<NextAttempt, { kind: 'wait' | 'nothing-left' }>;

function factOf(delivery: Delivery, next: Recordable): DeliveryFact {
  const told = about(delivery, next.attempt);
  if (next.kind === 'attempt') return WebhookDispatched(told);
  if (next.kind === 'hold') return WebhookHeld({ ...told, reason: 'the endpoint is disabled' });
  return WebhookDeadLettered({ ...told, reason: next.reason });
}

function about({ id, eventId, type, due, fact }: Delivery, attempt: number) {
  const { assetId, generation, requestSeq } = fact.data;
  return {
    ...(assetId !== undefined && { assetId: AssetId.parse(assetId), generation, requestSeq }),
    projectId: due.projectId,
    deliveryId: id,
    eventId,
    eventType: type,
    sourceSeq: fact.meta.seq,
    attempt,
  };
}
