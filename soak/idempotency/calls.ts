import { setTimeout as delay } from 'node:timers/promises';
import { photoLike } from '@zoetrope/media/testing';
import type { Customer } from '../support/customer.ts';
import { Violation } from '../support/soak.ts';

/** One call as often as it is sent: the same method, path and bytes. */
export interface Call {
  readonly path: string;
  readonly key: string;
  readonly body: unknown;
}

export interface Sent {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
}

/** How often a copy is sent again that was told to, or whose gateway died. */
const REPEATS = 60;

export const picture = await photoLike({ width: 256, height: 256, seed: 1 });

const form = (): FormData => {
  const data = new FormData();
  data.append('file', new Blob([new Uint8Array(picture)]), 'a.jpg');
  return data;
};

/** `upload` as a body stands for the same picture each time. */
function contentOf(body: unknown): RequestInit {
  if (body === 'upload') return { body: form() };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** Sends a copy to one gateway. Undefined: the connection broke before its answer had come. */
export async function send(
  gateway: string,
  customer: Customer,
  { path, key, body }: Call,
): Promise<(Sent & { retryAfter: number }) | undefined> {
  const { headers, ...content } = contentOf(body);
  try {
    const answer = await fetch(gateway + path, {
      ...content,
      method: 'POST',
      headers: { ...headers, cookie: customer.cookie, 'idempotency-key': key },
    });
    const text = await answer.text();
    const replayed = answer.headers.get('idempotency-replayed') === 'true';
    return {
      status: answer.status,
      text,
      replayed,
      retryAfter: Number(answer.headers.get('retry-after') ?? 1),
    };
  } catch {
    return undefined;
  }
}

/** Sends a copy until it is decided, to one gateway after the other, as a patient client would. */
export async function sendUntilDecided(
  gateways: readonly string[],
  customer: Customer,
  call: Call,
): Promise<Sent> {
  for (let at = 0; at < REPEATS; at++) {
    const answer = await send(gateways[at % gateways.length] ?? '', customer, call);
    if (answer && answer.status !== 503 && answer.status !== 409) return answer;
    await delay(answer ? answer.retryAfter * 1_000 : 100); // what the server asks for, or until it is up again
  }
  throw new Violation(`${call.path} under ${call.key} was not decided in ${REPEATS} tries`);
}
