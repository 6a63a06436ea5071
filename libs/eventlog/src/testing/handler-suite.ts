import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { GenerationCancelRequested } from '@zoetrope/contracts/facts/request';
import { deadSubject } from '@zoetrope/contracts/subjects';
import { brokerOf } from '../broker.js';
import type { DeadLetter } from '../dead-letters.js';
import type { EventLog } from '../event-log.js';
import { OnFact, type Received, type TransportOptions } from '../transport.js';
import { done, type Verdict } from '../verdict.js';
import { handlerApp } from './handler-app.js';
import { LogServer } from './log-server.js';
import { cancelOf, requestSubject } from './sample-facts.js';
import { until } from './until.js';

export type Cancel = Received<typeof GenerationCancelRequested>;
export type Handler = (received: Cancel) => Promise<Verdict> | Verdict;

/** A handler that only takes note. */
export const noting =
  <T>(notes: { push(note: T): unknown }, note: (received: Cancel) => T): Handler =>
  (received) => {
    notes.push(note(received));
    return done;
  };

/** A controller for the requests of some assets under a durable of its own. */
export function controllerOf(
  durable: string,
  names: string[],
  handle: Handler,
  options: { concurrency?: number; maxDeliveries?: number } = {},
): Type {
  class Handlers {
    @OnFact(GenerationCancelRequested, {
      durable,
      stream: 'ASSETS',
      filter: names.map(requestSubject),
      ...options,
    })
    on(received: Cancel) {
      return handle(received);
    }
  }
  return Handlers;
}

/** A broker for the tests of one file, and what they look at. Call it at the top of the file. */
export class HandlerSuite {
  server!: LogServer;
  log!: EventLog;
  private readonly apps: INestApplication[] = [];

  constructor() {
    beforeAll(async () => {
      this.server = await LogServer.start();
      this.log = await this.server.connect('gateway', { timeoutMs: 20_000 });
    });
    afterEach(() => Promise.all(this.apps.splice(0).map((app) => app.close())));
    afterAll(() => this.server.stop());
  }

  append = (name: string, number = 1) =>
    this.log.append(requestSubject(name), cancelOf(name, number), { cause: { id: `${name}-${number}` } });

  /** Runs them until the test ends. */
  run = async (controllers: Type[], options: Partial<TransportOptions> = {}) => {
    const { app, transport } = await handlerApp(this.log, controllers, options);
    this.apps.push(app);
    return transport;
  };

  consumer = (durable: string) => brokerOf(this.log).manager.consumers.info('ASSETS', durable);

  settled = (durable: string) =>
    until(`${durable} has nothing left`, async () => {
      const { num_ack_pending, num_pending } = await this.consumer(durable);
      return num_ack_pending + num_pending === 0;
    });

  deadLetter = async (durable: string) => {
    const { streams } = brokerOf(this.log).manager;
    const last = { last_by_subj: deadSubject('gateway', durable) };
    return (await streams.getMessage('DEADLETTERS', last))?.json<DeadLetter>();
  };
}
