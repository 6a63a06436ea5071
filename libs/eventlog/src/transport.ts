import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { EventLog } from './event-log.js';

export { OnDue, OnFact, OnParked, type Parked, type Received, type ReceivedAlarm } from './on-fact.js';

export interface TransportOptions {
  readonly log: EventLog;
}

/** Nest's transport over durable pull consumers of the log. */
export class JetStreamTransport extends Server implements CustomTransportStrategy {
  constructor(readonly options: TransportOptions) {
    super();
  }
  listen(callback: () => void): void {
    callback();
  }
  close(): void {}
  on(): void {}
  unwrap<T>(): T {
    throw new Error('not supported');
  }
}
