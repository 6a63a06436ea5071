import type { Variant } from './variants.ts';

/** Milliseconds from the call to its 200, one after the other. */
export async function acceptMs({ customer, assetId }: Variant): Promise<number> {
  const began = performance.now();
  const answer = await customer.call('POST', `/api/assets/${assetId}/regenerate`);
  const ms = performance.now() - began;
  if (answer.status !== 200) throw new Error(`regenerate answered ${answer.status} ${answer.text}`);
  return ms;
}

/** Asks until it is accepted: a ledger of 100,000 that has no snapshot yet takes its time. */
export async function warm({ customer, assetId }: Variant): Promise<number> {
  const began = performance.now();
  const answer = await customer.regenerate(assetId);
  if (answer.status !== 200) throw new Error(`regenerate answered ${answer.status} ${answer.text}`);
  return performance.now() - began;
}

/** In turn, so that what else the machine does meets all of them alike. */
export async function interleaved(variants: readonly Variant[], samples: number): Promise<number[][]> {
  const taken: number[][] = variants.map(() => []);
  for (let round = 0; round < samples; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      const index = (round + turn) % variants.length;
      const variant = variants[index];
      if (variant) taken[index]?.push(await acceptMs(variant));
    }
  }
  return taken;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
