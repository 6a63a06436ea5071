import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ApiError } from './api-error.js';
import { inEvenTime } from './even-time.js';

const timed = async (lookUp: () => Promise<unknown>): Promise<[ms: number, thrown: unknown]> => {
  const began = performance.now();
  const thrown = await inEvenTime(lookUp).then(
    () => undefined,
    (error: unknown) => error,
  );
  return [performance.now() - began, thrown];
};

describe('a look-up in even time', () => {
  it('says "not found" no sooner when it was quick than when it was slow', async () => {
    for (const ms of [0, 1, 4]) {
      const missing = new ApiError('not_found');
      const [took, thrown] = await timed(async () => {
        if (ms > 0) await delay(ms);
        throw missing;
      });
      expect(thrown).toBe(missing);
      expect(took).toBeGreaterThanOrEqual(10);
    }
  });

  it('gives what was found, and other errors, at once', async () => {
    const quickest = async (lookUp: () => Promise<unknown>) =>
      Math.min(...(await Promise.all(Array.from({ length: 20 }, () => timed(lookUp)))).map(([ms]) => ms));
    expect(await quickest(async () => 'found')).toBeLessThan(10);
    expect(await quickest(() => Promise.reject(new ApiError('asset_deleted')))).toBeLessThan(10);
  });
});
