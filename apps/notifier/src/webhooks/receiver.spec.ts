import { describe, expect, it } from '@jest/globals';
import { parseRetryAfter } from './receiver.js';

describe('Retry-After', () => {
  const NOW = Date.parse('2026-11-22T12:00:00Z');
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (value, wait) => {
    expect(parseRetryAfter(value, NOW)).toBe(wait);
  });
});
