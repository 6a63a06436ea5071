import { setTimeout as delay } from 'node:timers/promises';

/** One regenerate and what its caller was told in the end. */
export interface Told {
  readonly assetId: string;
  readonly status: number;
  readonly text: string;
  readonly code: string | null;
  /** Of a 200. */
  readonly generation?: number;
  readonly ms: number;
  /** Answers 503 and 409 before. */
  readonly repeats: number;
}

const REPEATS = 30;

/** Asks through one gateway and repeats what was not decided in time through the next, with the key it was given. */
export async function askThrough(
  gateways: readonly string[],
  cookie: string,
  assetId: string,
): Promise<Told> {
  const began = performance.now();
  let key: string | null = null;
  for (let repeats = 0; ; repeats++) {
    const gateway = gateways[repeats % gateways.length] ?? '';
    const response = await fetch(`${gateway}/api/assets/${assetId}/regenerate`, {
      method: 'POST',
      headers: { cookie, ...(key !== null && { 'idempotency-key': key }) },
    });
    const text = await response.text();
    const { status } = response;
    if ((status === 503 || status === 409) && repeats < REPEATS) {
      key = response.headers.get('idempotency-key');
      await delay(Number(response.headers.get('retry-after') ?? 1) * 1_000); // what the server asks for
      continue;
    }
    const generation = status === 200 ? (JSON.parse(text) as { generation: number }).generation : undefined;
    const code = response.headers.get('x-error-code');
    return { assetId, status, text, code, generation, ms: performance.now() - began, repeats };
  }
}

export const accepted = (told: readonly Told[]): Told[] => told.filter(({ status }) => status === 200);
export const refused = (told: readonly Told[]): Told[] => told.filter(({ status }) => status !== 200);

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
