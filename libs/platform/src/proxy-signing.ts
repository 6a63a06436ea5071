import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Bytes of randomness in a signing secret: as many as the hash has (RFC 2104 section 3). */
const SECRET_BYTES = 32;

/** How long the proxy URLs that we hand out ourselves are signed for, seconds (PRODUCT 3.1). */
export const SIGNED_FOR_S = 24 * 60 * 60;

/** A new signing secret: printable, so that it is its own HMAC key wherever it is pasted. */
export const newSigningSecret = (): string => `zsk_${randomBytes(SECRET_BYTES).toString('base64url')}`;

/**
 * Hex HMAC-SHA256 (RFC 2104) of the text's UTF-8, keyed with the secret's UTF-8 as it is shown, prefix included.
 *
 * @param text what `signedText` of libs/domain gives
 */
export const hmacHex = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex');

/**
 * Whether one of the secrets signed the text. Takes as long for a right signature as for a wrong one, and whichever
 * secret it was: every secret is tried, and digests are compared in constant time.
 *
 * @param sig as it was sent: anything at all
 */
export function isSigned(secrets: readonly string[], text: string, sig: string): boolean {
  const wellFormed = /^[0-9a-f]{64}$/i.test(sig);
  const given = Buffer.from(wellFormed ? sig : '0'.repeat(64), 'hex');
  let found = false;
  for (const secret of secrets) {
    const right = createHmac('sha256', secret).update(text).digest();
    found = timingSafeEqual(right, given) || found;
  }
  return found && wellFormed;
}
