import type { Msg } from '@nats-io/nats-core';
import type { Broker } from './broker.js';
import { CE, contextHeaders } from './ce-headers.js';
import { runInContext } from './context.js';
import { LogUnavailable } from './errors.js';
import type { CoreBus } from './event-log.js';
import { inSpan } from './tracing.js';

/** Tells the asker that the answering side failed; its reason stays in that side's log. */
const FAILED = 'zoetrope-failed';

const within = <T>(message: Msg, work: () => T): T =>
  runInContext(
    {
      requestId: message.headers?.get(CE.correlation) || undefined,
      traceparent: message.headers?.get(CE.traceparent) || undefined,
    },
    work,
  );

/** What is asked, without whom: `fence.<id>` is a fence, `ask.quota.decision` a decision of quota. */
const kindOf = (subject: string): string =>
  subject.startsWith('ask.') ? subject.slice('ask.'.length) : (subject.split('.')[0] ?? '');

/** JSON over core NATS. @param onFault told of handlers that threw and bodies that are no JSON */
export function coreBusOn(
  { connection }: Broker,
  onFault: (error: unknown, subject: string) => void,
): CoreBus {
  const bus: CoreBus = {
    publish(subject, data) {
      connection.publish(subject, JSON.stringify(data ?? null), { headers: contextHeaders() });
    },
    subscribe(subject, handler) {
      const callback = (error: Error | null, message: Msg) => {
        try {
          if (error) throw error;
          within(message, () => handler(message.json(), message.subject));
        } catch (fault) {
          onFault(fault, subject);
        }
      };
      const subscription = connection.subscribe(subject, { callback });
      return { stop: () => subscription.unsubscribe() };
    },
    async request(subject, data, timeoutMs) {
      return inSpan(`ask ${kindOf(subject)}`, { kind: 'CLIENT' }, async () => {
        const options = { timeout: timeoutMs, headers: contextHeaders() };
        try {
          const reply = await connection.request(subject, JSON.stringify(data ?? null), options);
          if (reply.headers?.has(FAILED)) throw new Error('the answering side failed');
          return reply.json();
        } catch (error) {
          throw new LogUnavailable(`no answer on ${subject}`, { cause: error });
        }
      });
    },
    respond(subject, handler, options = {}) {
      const answer = async (message: Msg) => {
        const reply = await within(message, () =>
          inSpan(`answer ${kindOf(subject)}`, { kind: 'SERVER' }, () =>
            handler(message.json(), message.subject),
          ),
        );
        if (reply !== undefined) message.respond(JSON.stringify(reply));
      };
      const callback = (error: Error | null, message: Msg) => {
        const work = error ? Promise.reject(error) : answer(message);
        work.catch((fault: unknown) => {
          onFault(fault, subject);
          const headers = contextHeaders();
          headers.set(FAILED, '1');
          if (!error) message.respond('null', { headers });
        });
      };
      const subscription = connection.subscribe(subject, { queue: options.queue, callback });
      return { stop: () => subscription.unsubscribe() };
    },
  };
  return bus;
}
