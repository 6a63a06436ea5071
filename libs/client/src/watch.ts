import { errorOf, ZoetropeError } from './errors.js';
import { EventStreamParser, type Frame } from './event-stream.js';
import { backoff, pause } from './pause.js';
import type { Connection } from './transport.js';

/** Names of events (PRODUCT 6). */
export type EventName =
  | 'queued'
  | 'vision_started'
  | 'vision_completed'
  | 'vision_failed'
  | 'stage_started'
  | 'stage_progress'
  | 'stage_completed'
  | 'stage_failed'
  | 'retry_scheduled'
  | 'r2_write_completed'
  | 'cache_purged'
  | 'ready'
  | 'failed'
  | 'cancelled'
  | 'webhook_dispatched'
  | 'webhook_delivered'
  | 'webhook_failed'
  | 'webhook_dead_letter';

export interface EventData {
  readonly asset_id: string;
  readonly generation: number;
  /** Unix ms. */
  readonly ts: number;
  readonly request_id?: string;
  readonly attempt?: number;
  readonly stage?: 'vision' | 'single' | 'stage1' | 'stage2' | 'merge' | 'r2_write';
  readonly latency_ms?: number;
  /** 0 to 1. */
  readonly progress?: number;
  readonly error_code?: string;
  readonly error_msg?: string;
  readonly [more: string]: unknown;
}

/** `reset`: the log does not know the last id any more; what follows is the current generation from its beginning. */
export type WatchEvent =
  | { readonly event: EventName; readonly data: EventData; readonly id?: string }
  | { readonly event: 'reset' };

/** What to watch: an asset as the public (with the project's key) or as its owner, or all of a project as its owner. */
export type WatchTarget =
  | { readonly assetId: string; readonly projectKey?: string }
  | { readonly projectId: string };

export interface WatchOptions {
  /** Ends the watching: the iterator is done. */
  readonly signal?: AbortSignal;
  /** Go on after this event, which was seen before. */
  readonly lastEventId?: string;
}

/** Three pings: a connection silent for so long is gone, whatever it says. */
const SILENCE_MS = 45_000;
const BASE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Every event once and in order, for as long as the caller likes: whatever ends a connection, the next one goes on after
 * the last event seen.
 * @throws ZoetropeError when the installation refuses (401, 403, 404, 410): no repeat would heal that
 */
export async function* watch(
  connection: Connection,
  target: WatchTarget,
  { signal, lastEventId }: WatchOptions = {},
): AsyncGenerator<WatchEvent, void, undefined> {
  const over = new AbortController();
  const stop = () => over.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  let cursor = lastEventId;
  try {
    for (let failures = 0; !over.signal.aborted; ) {
      const parser = new EventStreamParser();
      try {
        for await (const frame of frames(connection, target, cursor, parser, over.signal)) {
          failures = 0;
          cursor = frame.event === 'reset' ? undefined : (frame.id ?? cursor);
          yield eventOf(frame);
        }
      } catch (error) {
        if (over.signal.aborted) return;
        if (error instanceof ZoetropeError && isFinal(error)) throw error;
      }
      // A stream that ended by itself names the time to come back; one that broke is tried less and less often.
      await pause(parser.retryMs ?? backoff(failures++, BASE_MS, LONGEST_PAUSE_MS), over.signal).catch(
        () => {},
      );
    }
  } finally {
    over.abort();
    signal?.removeEventListener('abort', stop);
  }
}

async function* frames(
  connection: Connection,
  target: WatchTarget,
  cursor: string | undefined,
  parser: EventStreamParser,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  const silence = new AbortController();
  const quiet = () => setTimeout(() => silence.abort(new Error('silent')), SILENCE_MS);
  let timer = quiet();
  try {
    const answer = await open(connection, target, cursor, AbortSignal.any([signal, silence.signal]));
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = quiet();
      yield* parser.push(decoder.decode(part.value, { stream: true }));
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

async function open(
  { url, token, fetch: own }: Connection,
  target: WatchTarget,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers({ accept: 'text/event-stream' });
  if (token !== undefined && !('projectKey' in target && target.projectKey)) {
    headers.set('authorization', `Bearer ${token}`);
  }
  // In the query, since a header would need a preflight in a page of another origin.
  const query = cursor === undefined ? '' : `?last_event_id=${encodeURIComponent(cursor)}`;
  const address = `${url.replace(/\/+$/, '')}${pathOf(target)}${query}`;
  const answer = await (own ?? fetch)(address, { headers, signal, cache: 'no-store' });
  if (!answer.ok) throw await errorOf(answer);
  return answer;
}

function pathOf(target: WatchTarget): string {
  if ('projectId' in target) return `/api/projects/${encodeURIComponent(target.projectId)}/activity`;
  const { assetId, projectKey } = target;
  if (projectKey === undefined) return `/api/assets/${encodeURIComponent(assetId)}/events`;
  return `/v1/${encodeURIComponent(projectKey)}/events/${encodeURIComponent(assetId)}`;
}

const eventOf = ({ event, data, id }: Frame): WatchEvent =>
  event === 'reset'
    ? { event }
    : { event: event as EventName, data: JSON.parse(data) as EventData, ...(id !== undefined && { id }) };

const isFinal = ({ status }: ZoetropeError): boolean =>
  status >= 400 && status < 500 && status !== 429 && status !== 408;
