import { randomBytes } from 'node:crypto';

/** The parts of a W3C Trace Context `traceparent`, all lower-case hex. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const FORMAT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Parses a `traceparent` header (W3C Trace Context, section 3.2); undefined where the specification says to
 * ignore it: version ff, all-zero ids, or trailing data in version 00.
 */
export function parseTraceparent(header: string | undefined): TraceParent | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORMAT.exec(header ?? '') ?? [];
  if (!version || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceparent = ({ traceId, spanId, sampled }: TraceParent): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

/** A `traceparent` for new work under `parent`; a new sampled trace without one. */
export function childTraceparent(parent?: string): string {
  const known = parseTraceparent(parent);
  const traceId = known?.traceId ?? randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return formatTraceparent({ traceId, spanId, sampled: !known || known.sampled });
}
