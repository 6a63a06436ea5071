import { expect, it } from '@jest/globals';
import { randomIds } from '@zoetrope/platform/clock';
import { NO_ASSET, type Present } from '../serving/present.js';
import { FirstGeneration } from './first-generation.js';

const NOW = 1_790_000_000_000;
const never = () => Promise.reject(new Error('isDue asks nobody'));
const first = new FirstGeneration({ now: () => NOW }, randomIds, { take: never, giveBack: never }, {
  prepare: never,
} as never);
const failed: Present = { exists: true, deleted: false, status: 'failed', stage: 'failed' };
const refused = (agoMs: number): Present => ({
  ...failed,
  ending: { kind: 'refused', reason: 'limit', askedAt: NOW - agoMs },
});

it.each([
  ['an unknown asset', NO_ASSET, true],
  ['one being made', { ...failed, status: 'pending' }, false],
  [
    'one that failed: only its owner asks again',
    { ...failed, ending: { kind: 'failed', code: 'x', message: '' } },
    false,
  ],
  ['one refused just now', refused(1_000), false],
  ['one refused 59.999 s ago', refused(59_999), false],
  ['one refused a minute ago', refused(60_000), true],
] as [string, Present, boolean][])('a GET asks for the first generation of %s: %#', (_, present, due) => {
  for (const origin of ['log', 'memory'] as const) expect(first.isDue({ present, origin })).toBe(due);
  for (const origin of ['database', 'last-known'] as const)
    expect(first.isDue({ present, origin })).toBe(false);
});
