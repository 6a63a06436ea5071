import parseRange from 'range-parser';

/** Byte positions, both inclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** Unix ms; HTTP dates carry whole seconds only. Undefined: no date is known, dates never match. */
  readonly modifiedAt?: number;
}

export interface ConditionalRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a GET or HEAD of a representation gets (RFC 9110 section 13.2.2). */
export type Selected =
  | { readonly status: 200 }
  | { readonly status: 206; readonly span: Span }
  | { readonly status: 304 }
  | { readonly status: 416 };

/**
 * Judges If-None-Match, If-Modified-Since, Range and If-Range in the order of RFC 9110 13.2.2. A Range on HEAD, of
 * another unit, malformed, or of several parts gets the whole (14.2 allows each); several are never split.
 *
 * @param size length of the representation in bytes
 */
export function select(request: ConditionalRequest, validators: Validators, size: number): Selected {
  if (isUnchanged(request, validators)) return { status: 304 };
  const range = text(request, 'range');
  if (range === undefined || request.method !== 'GET') return { status: 200 };
  return isSameAsBefore(text(request, 'if-range'), validators) ? spanOf(range, size) : { status: 200 };
}

/** The date of a Last-Modified header. */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();

const text = ({ headers }: ConditionalRequest, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

function isUnchanged(request: ConditionalRequest, { etag, modifiedAt }: Validators): boolean {
  const noneMatch = text(request, 'if-none-match');
  // With If-None-Match present, If-Modified-Since is not looked at (13.1.3).
  if (noneMatch !== undefined) return noneMatch.trim() === '*' || tags(noneMatch).includes(etag);
  const since = Date.parse(text(request, 'if-modified-since') ?? '');
  return modifiedAt !== undefined && wholeSeconds(modifiedAt) <= since;
}

/** Entity tags of a list, compared weakly: `W/"x"` is as good as `"x"` for a 304. */
const tags = (list: string): string[] =>
  [...list.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)].map(([, tag]) => tag ?? '');

/** If-Range: a strong tag or the exact date; anything else gets the whole, so nobody splices two videos. */
function isSameAsBefore(ifRange: string | undefined, { etag, modifiedAt }: Validators): boolean {
  if (ifRange === undefined || ifRange === etag) return true;
  if (ifRange.includes('"') || modifiedAt === undefined) return false;
  return Date.parse(ifRange) === wholeSeconds(modifiedAt);
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;

function spanOf(range: string, size: number): Selected {
  if (!/^bytes=/i.test(range)) return { status: 200 };
  const ranges = parseRange(size, withinSize(range, size));
  if (ranges === -2) return { status: 200 };
  if (ranges === -1) return { status: 416 };
  const [span] = ranges;
  return span !== undefined && ranges.length === 1 ? { status: 206, span } : { status: 200 };
}

/** A suffix longer than the whole means the whole (14.1.2); the parser takes it for unsatisfiable. */
const withinSize = (range: string, size: number): string =>
  range.replace(/^bytes=\s*-(\d+)$/i, (_, suffix) => `bytes=-${Math.min(Number(suffix), size)}`);
