import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { seal, sealingKey, sealingKeys, unseal } from './sealing.js';

const key = sealingKey(randomBytes(32).toString('base64'));

describe('a sealed secret', () => {
  it('opens to what was sealed, and never looks the same twice', () => {
    const first = seal(key, 'whsec_é', 'webhook:a');
    expect(unseal(key, first, 'webhook:a')).toBe('whsec_é');
    expect(seal(key, 'whsec_é', 'webhook:a')).not.toBe(first);
    expect(first).toMatch(/^v1\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
  });

  it('does not open under another key, for another owner, or changed', () => {
    const sealed = seal(key, 'secret', 'webhook:a');
    const changed = `${sealed.slice(0, -1)}${sealed.endsWith('A') ? 'B' : 'A'}`;
    expect(() => unseal(sealingKey(randomBytes(32).toString('base64')), sealed, 'webhook:a')).toThrow(
      'does not open',
    );
    expect(() => unseal(key, sealed, 'webhook:b')).toThrow('does not open');
    expect(() => unseal(key, changed, 'webhook:a')).toThrow('does not open');
    expect(() => unseal(key, 'v1.a.b', 'webhook:a')).toThrow('malformed');
  });

  it('refuses a short key, without repeating it', () => {
    expect(() => sealingKey('c2hvcnQ=')).toThrow(/^ZOETROPE_SECRET_KEY must be 32 characters or more$/);
  });
});

describe('keys before and after a change', () => {
  const [old, now] = ['o'.repeat(32), 'n'.repeat(32)];

  it('open what either of them sealed, and seal with the new one', () => {
    const keys = sealingKeys({ ZOETROPE_SECRET_KEY: now, ZOETROPE_SECRET_KEY_PREVIOUS: old });
    expect(unseal(keys, seal(sealingKey(old), 'a', 'c'), 'c')).toBe('a');
    const renewed = seal(keys[0], 'b', 'c');
    expect(unseal(sealingKeys({ ZOETROPE_SECRET_KEY: now }), renewed, 'c')).toBe('b');
  });

  it('say which variable is missing when neither opens it', () => {
    const sealed = seal(sealingKey('x'.repeat(32)), 'a', 'c');
    expect(() =>
      unseal(sealingKeys({ ZOETROPE_SECRET_KEY: now, ZOETROPE_SECRET_KEY_PREVIOUS: old }), sealed, 'c'),
    ).toThrow('ZOETROPE_SECRET_KEY_PREVIOUS');
  });
});
