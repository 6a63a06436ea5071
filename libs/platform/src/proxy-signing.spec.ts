import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hmacHex, isSigned, newSigningSecret } from './proxy-signing.js';

describe('a signature', () => {
  it('is HMAC-SHA256 as RFC 4231 has it, test case 2', () => {
    expect(hmacHex('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('is right under every accepted secret and under no other', () => {
    const secret = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(
        fc.uniqueArray(secret, { minLength: 2, maxLength: 5 }),
        fc.string(),
        fc.nat(),
        (all, text, n) => {
          const [outsider = '', ...accepted] = all;
          const one = accepted[n % accepted.length] ?? '';
          expect(isSigned(accepted, text, hmacHex(one, text))).toBe(true);
          expect(isSigned(accepted, text, hmacHex(one, text).toUpperCase())).toBe(true);
          expect(isSigned(accepted, text, hmacHex(outsider, text))).toBe(false);
          expect(isSigned([], text, hmacHex(one, text))).toBe(false);
        },
      ),
    );
  });

  it('is wrong when it is anything else', () => {
    const right = createHmac('sha256', 's').update('t').digest('hex');
    const wrong = [right.slice(1), `${right}0`, ` ${right}`, `${right}\n`, 'g'.repeat(64), ''];
    for (const sig of wrong) expect([sig, isSigned(['s'], 't', sig)]).toEqual([sig, false]);
    fc.assert(fc.property(fc.string(), (sig) => expect(isSigned(['s'], 't', sig)).toBe(sig === right)));
    fc.assert(
      fc.property(fc.nat(63), fc.integer({ min: 1, max: 15 }), (at, add) => {
        const digit = ((Number.parseInt(right[at] ?? '0', 16) + add) % 16).toString(16);
        expect(isSigned(['s'], 't', right.slice(0, at) + digit + right.slice(at + 1))).toBe(false);
      }),
    );
  });
});

describe('a new signing secret', () => {
  it('is never the same twice, and safe in a shell, a URL and a file of variables', () => {
    const all = Array.from({ length: 100 }, newSigningSecret);
    expect(new Set(all).size).toBe(100);
    for (const secret of all) expect(secret).toMatch(/^zsk_[A-Za-z0-9_-]{43}$/);
  });
});
