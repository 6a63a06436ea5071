import { expect, it } from '@jest/globals';
import { safeNext } from './next.js';

it.each([
  ['/assets/abc?x=1', '/assets/abc?x=1'],
  [undefined, '/'],
  ['', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example', '/'],
  ['javascript:alert(1)', '/'],
])('after signing in %j leads to %s', (next, page) => {
  expect(safeNext(next)).toBe(page);
});
