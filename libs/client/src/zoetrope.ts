import { ZoetropeError } from './errors.js';
import type { AnswerOf, BodyOf, CallOptions, Operation } from './operations.js';
import { type Connection, send } from './transport.js';
import { type WatchEvent, type WatchOptions, type WatchTarget, watch } from './watch.js';

export type PrepareAsk = BodyOf<'POST /api/v1/prepare'>;
export type Prepared = AnswerOf<'POST /api/v1/prepare'>;
export type RegenerateAsk = BodyOf<'POST /api/assets/{id}/regenerate'>;
export type Regenerated = AnswerOf<'POST /api/assets/{id}/regenerate'>;
export type AssetDetail = AnswerOf<'GET /api/assets/{id}'>;

export interface Repeatable {
  /**
   * The same key and request within 24 hours gives the first answer again and is not charged again. One is made
   * where none is given, so that the repeats of this very call are safe; give your own to make yours safe, too.
   */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** A Zoetrope installation, as its token or its session sees it. Every call may throw ZoetropeError. */
export class Zoetrope {
  constructor(private readonly connection: Connection) {}

  /** Creates an asset or gets it: the same ask names the same asset and starts one generation only. */
  prepare(ask: PrepareAsk, { idempotencyKey = newKey(), signal }: Repeatable = {}): Promise<Prepared> {
    return this.call('POST /api/v1/prepare', { body: ask, idempotencyKey, signal });
  }

  /** Makes the video again, in place. Omitted fields keep their current values. */
  regenerate(
    assetId: string,
    ask: RegenerateAsk = {},
    { idempotencyKey = newKey(), signal }: Repeatable = {},
  ): Promise<Regenerated> {
    const path = { id: assetId };
    return this.call('POST /api/assets/{id}/regenerate', { path, body: ask, idempotencyKey, signal });
  }

  /** An asset and its newest generations. */
  asset(assetId: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<AssetDetail> {
    return this.call('GET /api/assets/{id}', { path: { id: assetId }, signal });
  }

  /** Every event of an asset or a project, once and in order, across reconnects. Ends with the signal or a `break`. */
  watch(target: WatchTarget, options?: WatchOptions): AsyncGenerator<WatchEvent, void, undefined> {
    return watch(this.connection, target, options);
  }

  /**
   * Resolves when that generation is served and announced.
   * @throws ZoetropeError with the code it failed with, or `cancelled`
   */
  async ready(
    assetId: string,
    generation: number,
    options: WatchOptions & { projectKey?: string } = {},
  ): Promise<void> {
    const { projectKey, ...how } = options;
    for await (const told of this.watch({ assetId, projectKey }, how)) {
      if (told.event === 'reset' || told.data.generation < generation) continue;
      // A newer one is announced after this one, or in its place.
      if (told.event === 'ready') return;
      if (told.data.generation !== generation) continue;
      const { error_code: code = told.event, error_msg } = told.data;
      if (told.event === 'failed' || told.event === 'cancelled')
        throw new ZoetropeError(error_msg ?? `the generation ended: ${code}`, { code });
    }
    how.signal?.throwIfAborted();
  }

  /** Any operation of the API, typed by its OpenAPI document: `call('GET /api/projects')`. */
  async call<O extends Operation>(
    operation: O,
    ...[options]: Record<string, never> extends CallOptions<O> ? [CallOptions<O>?] : [CallOptions<O>]
  ): Promise<AnswerOf<O>> {
    const { path = {}, query = {}, body, idempotencyKey, signal } = (options ?? {}) as Loose;
    const [method = '', pattern = ''] = operation.split(' ');
    const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
    const asked = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        value == null ? [] : [[name, String(value)] as [string, string]],
      ),
    ).toString();
    const call = { method, path: asked ? `${filled}?${asked}` : filled, body, idempotencyKey, signal };
    const answer = await send(this.connection, call);
    const text = await answer.text();
    return (text === '' ? undefined : JSON.parse(text)) as AnswerOf<O>;
  }
}

interface Loose {
  readonly path?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** `crypto.randomUUID` is missing in pages that came over plain http. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
