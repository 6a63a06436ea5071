import type { Recorded, Service } from '@zoetrope/contracts/fact';
import { CE, parseCeType } from './ce-headers.js';
import type { WorkContext } from './context.js';
import { decode } from './decode.js';
import { NotAFact } from './errors.js';
import { laneOf } from './lanes.js';
import type { DueAlarm } from './on-fact.js';
import { type Delivered, fromDelivered, header } from './stored-message.js';

/** A delivered message as its handler gets it. */
export type Payload = { readonly fact: Recorded } | { readonly alarm: DueAlarm };

/** What kind of handler a message wants: a fact's name, or `@due`. Undefined for what is no message of ours. */
export function wantedHandler(message: Delivered): string | undefined {
  if (message.subject.startsWith('due.')) return '@due';
  return parseCeType(header(fromDelivered(message), CE.type))?.type;
}

/** @throws NotAFact, UnknownVersion */
export function payloadOf(message: Delivered): Payload {
  return message.subject.startsWith('due.')
    ? { alarm: alarmOf(message) }
    : { fact: decode(fromDelivered(message)) };
}

/** The asset that a fact is about, where its subject does not say so (a ledger's is its owner's). */
export function assetOf(payload: Payload): string | undefined {
  const data = 'fact' in payload ? payload.fact.data : payload.alarm.data;
  const { assetId } = (data ?? {}) as { assetId?: unknown };
  return typeof assetId === 'string' ? assetId : undefined;
}

/** The request and trace that the message belongs to. */
export function contextOf(message: Delivered): WorkContext {
  const stored = fromDelivered(message);
  const id = laneOf(message);
  return {
    requestId: header(stored, CE.correlation),
    traceparent: header(stored, CE.traceparent),
    assetId: /^[0-9a-f]{32}$/.test(id) ? id : undefined,
  };
}

function alarmOf(message: Delivered): DueAlarm {
  const [, service, ...rest] = message.subject.split('.');
  const name = rest.join('.');
  try {
    return {
      service: service as Service,
      name,
      data: message.json<unknown>(),
      seq: message.seq,
      ts: message.time.getTime(),
      subject: message.subject,
    };
  } catch (error) {
    throw new NotAFact(`${message.subject}: its body is not JSON`, { cause: error });
  }
}
