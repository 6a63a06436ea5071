import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { SIGNING_RECIPE } from './signing-recipe.js';

it('signs as the published test vector', () => {
  const page = readFileSync(
    path.resolve(import.meta.dirname, '../../../../docs/signed-proxy-urls.md'),
    'utf8',
  );
  const {
    secret,
    projectKey,
    srcUrl,
    exp,
    parameters,
    path: signed,
  } = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  const code = SIGNING_RECIPE.replace(/^import .*$/m, '').replace('export function', 'return function');
  const signedUrl = new Function('createHmac', code)(createHmac);
  expect(signedUrl('', projectKey, secret, srcUrl, exp, parameters)).toBe(signed);
});
