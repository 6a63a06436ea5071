import { createHash } from 'node:crypto';
import { jetstream, type PubAck } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import type { Fact } from './raw-log.ts';

/** A fact put into the log by hand, as its writer would have, so that a past need not be lived through. */
export interface Planted {
  readonly subject: string;
  readonly type: string;
  readonly service: 'gateway' | 'quota' | 'generator' | 'notifier' | 'operator';
  readonly data: Readonly<Record<string, unknown>>;
  /** What caused it; its id follows from cause and type. */
  readonly cause: string;
}

const AT_ONCE = 256;
/** Planted entries were asked for by nothing that stands on ASSETS. */
const NO_REQUEST = 1_000_000_000;

/** Whether an entry of a ledger was planted: nobody will ever work on it. */
export const isPlanted = ({ data }: Fact): boolean => Number(data.requestSeq) > NO_REQUEST;

/** Puts them into the log in the order given; gives their stream sequences. Rejects with the first failure. */
export async function plant(connection: NatsConnection, facts: Iterable<Planted>): Promise<number[]> {
  const client = jetstream(connection, { timeout: 20_000 });
  const seqs: number[] = [];
  let under: Promise<PubAck>[] = [];
  const land = async () => {
    for (const { seq } of await Promise.all(under)) seqs.push(seq);
    under = [];
  };
  for (const fact of facts) {
    // One connection keeps the order of what is sent on it, acknowledged or not.
    under.push(client.publish(fact.subject, JSON.stringify(fact.data), { headers: headersOf(fact) }));
    if (under.length >= AT_ONCE) await land();
  }
  await land();
  return seqs;
}

/** CloudEvents 1.0 in binary mode: attributes are `ce-` headers, the body is the data. */
function headersOf({ type, service, cause }: Planted) {
  const hdrs = headers();
  const id = createHash('sha256').update(`${cause}:${type}:`).digest('hex').slice(0, 32);
  hdrs.set('ce-specversion', '1.0');
  hdrs.set('ce-id', id);
  hdrs.set('ce-type', `zoetrope.${type}.v1`);
  hdrs.set('ce-source', `/zoetrope/${service}`);
  hdrs.set('ce-time', new Date().toISOString());
  hdrs.set('ce-causationid', cause);
  hdrs.set('content-type', 'application/json');
  return hdrs;
}

/** A command's or an asset's 32 hex characters, from a name. */
export const hexOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

/** The n-th command of an owner's planted month. */
export const pastCommand = (ownerId: string, period: string, n: number): string =>
  `cmd_${hexOf(`${ownerId}-${period}-${n}`)}`;

/** `count` charged generations of an owner's month, as included ones of a plan with room for them. */
export function* chargedMonth(month: {
  ownerId: string;
  projectId: string;
  period: string;
  count: number;
}): Generator<Planted> {
  const { ownerId, projectId, period, count } = month;
  const subject = `quota.${ownerId}.${period}`;
  for (let n = 1; n <= count; n++) {
    const commandId = pastCommand(ownerId, period, n);
    const entry = {
      commandId,
      assetId: hexOf(`${ownerId}-past`),
      projectId,
      generation: n,
      requestSeq: NO_REQUEST + n,
    };
    const reserved = {
      ...entry,
      plan: 'team',
      model: 'p-video',
      limit: count,
      overage: false,
      priceCents: 8,
    };
    const charged = { ...entry, overage: false, priceCents: 0, limit: count };
    yield { subject, type: 'GenerationReserved', service: 'quota', data: reserved, cause: commandId };
    yield { subject, type: 'GenerationCharged', service: 'quota', data: charged, cause: commandId };
  }
}

/** The UTC month it is. */
export const thisPeriod = (): string => new Date().toISOString().slice(0, 7);
