import type { JsMsg } from '@nats-io/jetstream';
import {
  BaseRpcContext,
  type CustomTransportStrategy,
  type MessageHandler,
  Server,
} from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { type Broker, brokerOf } from './broker.js';
import { noteInContext, runInContext } from './context.js';
import { bury } from './dead-letters.js';
import { assetOf, contextOf, type Payload, payloadOf, wantedHandler } from './delivery.js';
import { type Backlog, DurableConsumer, type Settlement } from './durable-consumer.js';
import { NotAFact } from './errors.js';
import type { EventLog } from './event-log.js';
import { type DurableHandlers, durablesOf } from './handler-table.js';
import { retriesOf } from './retries.js';
import { type Delivered, fromDelivered } from './stored-message.js';
import type { Verdict } from './verdict.js';
import { watchDelivery } from './watched-delivery.js';

export { OnDue, OnFact, OnParked, type Parked, type Received, type ReceivedAlarm } from './on-fact.js';

export interface TransportOptions {
  /** A log made by connectLog; the transport does not close it. */
  readonly log: EventLog;
  /** How long running handlers may take to end at shutdown, ms; default 5,000. */
  readonly graceMs?: number;
  /** How long after a process died its messages go to another copy, ms; default 15,000. */
  readonly ackWaitMs?: number;
  /** For checkers alone: gives up the guarantee that what was not done comes again. */
  readonly ackFirst?: boolean;
}

/** Waits before the 2nd, 3rd, … delivery of a message whose handler threw, ms; the last one repeats. */
const AFTER_A_THROW_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
const waitAfter = (deliveries: number): number =>
  AFTER_A_THROW_MS[Math.min(deliveries, AFTER_A_THROW_MS.length) - 1] ?? 1_000;

const ACK: Settlement = { kind: 'ack' };
const PARKED: Settlement = { kind: 'ack', parked: true };

/** `retry`: the order that has the message tried again. */
type Handlers = DurableHandlers & { readonly retry?: number };

/**
 * Nest's transport over durable pull consumers. A handler ends in a Verdict: `done` acknowledges, `retryIn` gives
 * the message back for up to 5 s, `park` writes a dead letter and then acknowledges. A throw is a failed delivery:
 * it comes again after 1, 2, 5, 10 and then 30 s, and is parked with its `maxDeliveries`-th delivery. So is a
 * message whose handlers keep dying before any verdict.
 */
export class JetStreamTransport extends Server implements CustomTransportStrategy {
  /** Nest leaves failures to us; otherwise it would log each one as unhandled. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly broker: Broker;
  private consumers: DurableConsumer[] = [];

  constructor(private readonly options: TransportOptions) {
    super();
    this.broker = brokerOf(options.log);
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const durables = durablesOf(this.messageHandlers);
      this.consumers = durables.map((durable) => this.consumerOf(durable));
      if (durables.length > 0) this.consumers.push(this.retriesOf(durables));
      await Promise.all(this.consumers.map((consumer) => consumer.start()));
      callback();
    } catch (error) {
      callback(error);
    }
  }

  async close(): Promise<void> {
    const consumers = this.consumers.splice(0);
    await Promise.all(consumers.map((consumer) => consumer.stop(this.options.graceMs ?? 5_000)));
    if (consumers.length > 0 && this.broker.isConnected()) await this.broker.connection.flush();
  }

  on(event: string): never {
    throw new Error(`JetStreamTransport has no event ${event}`);
  }

  unwrap<T>(): T {
    return this.options.log as T;
  }

  /** What waits in each durable, as the broker knows it now; of all copies together. */
  backlogs(): Promise<Backlog[]> {
    return Promise.all(this.consumers.map((consumer) => consumer.backlog()));
  }

  private consumerOf(durable: DurableHandlers): DurableConsumer {
    const handle = (message: JsMsg, signal: AbortSignal) => this.watched(durable, message, signal);
    const { ackWaitMs = 15_000, ackFirst } = this.options;
    return new DurableConsumer(this.broker, { ...durable, ackFirst }, handle, ackWaitMs);
  }

  /** Brings what was given up to its handler once more, when an operator says so. */
  private retriesOf(durables: readonly DurableHandlers[]): DurableConsumer {
    const { log, ackWaitMs = 15_000 } = this.options;
    const again = retriesOf(this.broker, log.service, durables, (durable, message, signal, retry) =>
      this.watched(durable, message, signal, retry),
    );
    return new DurableConsumer(this.broker, again.spec, again.handle, ackWaitMs);
  }

  private watched(
    durable: DurableHandlers,
    message: Delivered,
    signal: AbortSignal,
    retry?: number,
  ): Promise<Settlement> {
    return runInContext(contextOf(message), () =>
      watchDelivery(this.broker.observer, durable.durable, message, () =>
        this.deliver({ ...durable, retry }, message, signal),
      ),
    );
  }

  private async deliver(durable: Handlers, message: Delivered, signal: AbortSignal): Promise<Settlement> {
    const deliveryCount = message.info.deliveryCount;
    const wanted = wantedHandler(message);
    const handler = wanted === undefined ? undefined : durable.handlerOf(wanted);
    // A fact that no method of this durable asked for.
    if (wanted !== undefined && !handler) return ACK;
    let payload: Payload | undefined;
    try {
      payload = payloadOf(message);
      if (!handler) throw new NotAFact(`${message.subject}: no handler`);
      if (deliveryCount > durable.maxDeliveries) {
        const why = `${deliveryCount - 1} deliveries ended without a verdict: its handler keeps dying`;
        return await this.park(durable, message, payload, why);
      }
      const given = { ...payload, deliveryCount, signal };
      const assetId = assetOf(payload);
      if (assetId !== undefined) noteInContext({ assetId });
      const verdict = await this.invoke<Verdict>(handler, given);
      return await this.settle(durable, message, payload, verdict);
    } catch (error) {
      return this.failed(durable, message, payload, error, signal);
    }
  }

  private async settle(
    durable: Handlers,
    message: Delivered,
    payload: Payload,
    verdict: Verdict | undefined,
  ): Promise<Settlement> {
    switch (verdict?.kind) {
      case 'done':
        return ACK;
      case 'retryIn':
        if (message.info.deliveryCount < durable.maxDeliveries) return { kind: 'giveBack', ms: verdict.ms };
        return this.park(
          durable,
          message,
          payload,
          `still not done after ${durable.maxDeliveries} deliveries`,
        );
      case 'park':
        return this.park(durable, message, payload, verdict.why);
      default:
        throw new Error(`the handler of ${message.subject} in ${durable.durable} ended without a verdict`);
    }
  }

  private async failed(
    durable: Handlers,
    message: Delivered,
    payload: Payload | undefined,
    error: unknown,
    signal: AbortSignal,
  ): Promise<Settlement> {
    const { deliveryCount } = message.info;
    const why = error instanceof Error ? error.message : String(error);
    // Whoever stops because the process stops has not failed.
    if (signal.aborted) return { kind: 'giveBack', ms: 0 };
    this.logger.warn(
      `${durable.durable}: ${message.subject} ${message.seq}, delivery ${deliveryCount}: ${why}`,
    );
    // Reading the message again gives the same. What the handler read, or a kind newer than this process, may change.
    const unreadable = payload === undefined && error instanceof NotAFact;
    if (!unreadable && deliveryCount < durable.maxDeliveries)
      return { kind: 'giveBack', ms: waitAfter(deliveryCount) };
    try {
      return await this.park(durable, message, payload, why, error);
    } catch (parkError) {
      this.logger.error(
        `${durable.durable}: ${message.subject} ${message.seq} could not be parked: ${parkError}`,
      );
      return { kind: 'giveBack', ms: waitAfter(deliveryCount) };
    }
  }

  /** The service's own record of the failure first, then the dead letter, then the acknowledgement. */
  private async park(
    durable: Handlers,
    message: Delivered,
    payload: Payload | undefined,
    why: string,
    error?: unknown,
  ): Promise<Settlement> {
    const { deliveryCount } = message.info;
    if (durable.onParked) await this.invoke(durable.onParked, { ...payload, why, deliveryCount });
    const { service } = this.options.log;
    const burial = {
      service,
      durable: durable.durable,
      message: fromDelivered(message),
      why,
      error,
      deliveryCount,
      retry: durable.retry,
    };
    await bury(this.broker, burial);
    this.logger.error(`${durable.durable}: parked ${message.subject} ${message.seq}: ${why}`);
    return PARKED;
  }

  /** Nest answers a failing handler with an Observable that errors, so the result has to be subscribed to. */
  private async invoke<T>(handler: MessageHandler, data: unknown): Promise<T | undefined> {
    const result = await handler(data, new BaseRpcContext([]));
    return lastValueFrom(this.transformToObservable<T>(result), { defaultValue: undefined });
  }
}
