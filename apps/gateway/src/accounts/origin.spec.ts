import { expect, it } from '@jest/globals';
import { isForeignOrigin } from './origin.js';

it.each([
  ['POST', undefined, 'z.example', false],
  ['POST', 'https://z.example', 'internal:4000', false],
  ['POST', 'http://127.0.0.1:4000', '127.0.0.1:4000', false],
  ['POST', 'https://evil.example', 'z.example', true],
  ['DELETE', 'https://z.example.evil.example', 'z.example', true],
  ['PUT', 'null', 'z.example', true],
  ['PATCH', 'not a url', 'z.example', true],
  ['POST', 'https://z.example:8443', 'z.example', true],
  ['GET', 'https://evil.example', 'z.example', false],
])('%s from %s at host %s is foreign: %s', (method, origin, host, foreign) => {
  expect(isForeignOrigin({ method, headers: { origin, host } }, 'https://z.example')).toBe(foreign);
});
