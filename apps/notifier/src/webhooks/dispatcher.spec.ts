import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { NotifierConfig } from '../config.js';
import type { Deliveries } from './deliveries.js';
import type { Delivery, DeliveryRef } from './delivery.js';
import { Dispatcher } from './dispatcher.js';
import type { WebhookAlarms } from './webhook-alarms.js';

/** Dispatcher and lanes are real; what they send and where alarms stand is in the test's hand. */
const ref = (id: string) => ({ id, due: { projectId: 'p' } }) as unknown as DeliveryRef;
const load = async () => ({}) as Delivery;

it('gives a message back at once when its alarm cannot be set, and sends nothing when its turn comes', async () => {
  const answered = Promise.withResolvers<undefined>();
  const sent: Delivery[] = [];
  const deliveries = {
    advance: (delivery: Delivery) => {
      sent.push(delivery);
      return answered.promise;
    },
  } as unknown as Deliveries;
  const alarms = {
    set: async ({ id }: DeliveryRef) => {
      if (id === 'second') throw new Error('the log is away');
    },
  } as unknown as WebhookAlarms;
  const config = { WEBHOOK_AT_ONCE: 1, WEBHOOK_HORIZON_MS: 600_000 } as NotifierConfig;
  const timings = { claimMs: 15_000, graceMs: 1_000 } as ConstructorParameters<typeof Dispatcher>[3];
  const dispatcher = new Dispatcher(deliveries, alarms, { now: Date.now }, timings, config);

  await dispatcher.take(ref('first'), load); // holds the only place until it is answered
  await expect(dispatcher.take(ref('second'), load)).rejects.toThrow('the log is away');
  answered.resolve(undefined);
  await setImmediate();
  expect(sent).toHaveLength(1);
});
