import { setTimeout as delay } from 'node:timers/promises';
import { Violation } from './soak.ts';

/** One call as often as it is sent: the same method, path, key and bytes. */
export interface KeyedCall {
  /** POST unless told. */
  readonly method?: string;
  readonly path: string;
  readonly key: string;
  /** A FormData maker, or what goes out as JSON; none without. */
  readonly body?: unknown;
  /** Goes out as it is, in place of `body`. */
  readonly raw?: { readonly text: string; readonly type: string };
}

export interface Sent {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
  readonly code: string | null;
}

/** Told when a copy leaves for a gateway; what it gives is called when there is an answer, or will be none. */
export type OnSent = (gateway: string) => () => void;

/** How long a copy is sent again that was told to, or whose gateway died, ms. */
const UNDECIDED_MS = 180_000;
/** A gateway that is paused answers when it is let go; a client would have hung up long before. */
const PATIENCE_MS = 30_000;

function contentOf({ body, raw }: KeyedCall): RequestInit {
  if (raw) return { body: raw.text, headers: { 'content-type': raw.type } };
  if (typeof body === 'function') return { body: (body as () => FormData)() };
  if (body === undefined) return {};
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** Sends a copy to one gateway. Undefined: the connection broke before its answer had come. */
export async function send(
  gateway: string,
  { cookie }: { readonly cookie: string },
  call: KeyedCall,
  onSent?: OnSent,
): Promise<(Sent & { retryAfter: number }) | undefined> {
  const { headers, ...content } = contentOf(call);
  const over = onSent?.(gateway);
  try {
    const answer = await fetch(gateway + call.path, {
      ...content,
      method: call.method ?? 'POST',
      headers: { ...headers, ...(cookie !== '' && { cookie }), 'idempotency-key': call.key },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      text,
      replayed: answer.headers.get('idempotency-replayed') === 'true',
      code: answer.headers.get('x-error-code'),
      retryAfter: Number(answer.headers.get('retry-after') ?? 1),
    };
  } catch {
    return undefined;
  } finally {
    over?.();
  }
}

/**
 * Sends a copy until it is decided, to one gateway after the other, as a patient client would.
 * @throws Violation after three minutes
 */
export async function sendUntilDecided(
  gateways: readonly string[],
  who: { readonly cookie: string },
  call: KeyedCall,
  onSent?: OnSent,
): Promise<Sent & { readonly repeats: number }> {
  const end = performance.now() + UNDECIDED_MS;
  for (let repeats = 0; performance.now() < end; repeats++) {
    const answer = await send(gateways[repeats % gateways.length] ?? '', who, call, onSent);
    if (answer && answer.status !== 503 && answer.status !== 409) return { ...answer, repeats };
    await delay(answer ? answer.retryAfter * 1_000 : 100); // what the server asks for, or until it is up again
  }
  throw new Violation(`${call.path} under ${call.key} was not decided in ${UNDECIDED_MS / 1_000} s`);
}
