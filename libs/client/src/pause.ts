/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}

/** Wait before repeat number n (from 0), ms: doubling from `baseMs`, half of it drawn, so that many do not come at once. */
export const backoff = (n: number, baseMs: number, mostMs: number): number =>
  Math.min(mostMs, baseMs * 2 ** n) * (0.5 + Math.random() / 2);
