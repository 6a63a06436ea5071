import type { Service } from '@zoetrope/contracts/fact';
import { STREAMS } from '@zoetrope/contracts/streams';
import { dueSubject, timerSubject } from '@zoetrope/contracts/subjects';
import { type Broker, persist } from './broker.js';
import { contextHeaders } from './ce-headers.js';
import type { Alarms } from './event-log.js';

const { name: TIMERS, maxAgeMs } = STREAMS.TIMERS;

/** Alarms as scheduled messages of NATS (2.12 or later): late by about 0.1 s, at least once. */
export function alarmsOn(broker: Broker): Alarms {
  const publish = async (
    subject: string,
    data: unknown,
    schedule?: { specification: Date; target: string },
  ) => {
    const headers = contextHeaders();
    const body = JSON.stringify(data ?? null);
    await persist(broker, `alarm ${subject}`, () =>
      broker.jetstream.publish(subject, body, { headers, schedule }),
    );
  };
  return {
    async set(service: Service, name: string, at: Date | number, data: unknown) {
      const due = typeof at === 'number' ? new Date(Date.now() + at) : at;
      // The broker drops a schedule older than the stream keeps messages, without a word.
      if (due.getTime() - Date.now() >= maxAgeMs)
        throw new RangeError(`alarm ${name} lies beyond the ${maxAgeMs} ms that ${TIMERS} keeps`);
      await publish(timerSubject(service, name), data, {
        specification: due,
        target: dueSubject(service, name),
      });
    },
    ring: (service, name, data) => publish(dueSubject(service, name), data),
    async cancel(service, name) {
      await persist(broker, `cancel of alarm ${name}`, () =>
        broker.manager.streams.purge(TIMERS, { filter: timerSubject(service, name) }),
      );
    },
  };
}
