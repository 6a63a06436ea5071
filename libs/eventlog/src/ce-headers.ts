import { headers, type MsgHdrs } from '@nats-io/nats-core';
import type { Service } from '@zoetrope/contracts/fact';
import { currentContext } from './context.js';

/** CloudEvents 1.0, NATS protocol binding in binary mode: attributes are `ce-` headers, the body is the data. */
export const CE = {
  specversion: 'ce-specversion',
  id: 'ce-id',
  type: 'ce-type',
  source: 'ce-source',
  time: 'ce-time',
  causation: 'ce-causationid',
  correlation: 'ce-correlationid',
  contentType: 'content-type',
  traceparent: 'traceparent',
} as const;

const TYPE = /^zoetrope\.([A-Za-z0-9]+)\.v([1-9]\d*)$/;

export const ceType = (type: string, version: number): string => `zoetrope.${type}.v${version}`;

/** The fact's name and version in a `ce-type` header; undefined for anything that is not ours. */
export function parseCeType(header: string | undefined): { type: string; version: number } | undefined {
  const [, type, version] = TYPE.exec(header ?? '') ?? [];
  return type && version ? { type, version: Number(version) } : undefined;
}

/** Headers that carry the running work's request id and trace on. */
export function contextHeaders(given: { requestId?: string; traceparent?: string } = {}): MsgHdrs {
  const context = currentContext();
  const requestId = given.requestId ?? context.requestId;
  const traceparent = given.traceparent ?? context.traceparent;
  const result = headers();
  if (requestId) result.set(CE.correlation, requestId);
  if (traceparent) result.set(CE.traceparent, traceparent);
  return result;
}

/** All CloudEvents headers of one fact. `time` in Unix ms. */
export function factHeaders(fact: {
  id: string;
  type: string;
  version: number;
  service: Service;
  time: number;
  cause: { id: string; requestId?: string; traceparent?: string };
}): MsgHdrs {
  const result = contextHeaders(fact.cause);
  result.set(CE.specversion, '1.0');
  result.set(CE.id, fact.id);
  result.set(CE.type, ceType(fact.type, fact.version));
  result.set(CE.source, `/zoetrope/${fact.service}`);
  result.set(CE.time, new Date(fact.time).toISOString());
  result.set(CE.causation, fact.cause.id);
  result.set(CE.contentType, 'application/json');
  return result;
}
