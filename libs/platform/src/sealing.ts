import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** 32 bytes for AES-256. */
export type SealingKey = Buffer & { readonly __sealing: true };

/**
 * The key for secrets out of `ZOETROPE_SECRET_KEY`, by HKDF-SHA256 (RFC 5869): sessions are signed with the
 * same variable, and neither use must tell anything about the other.
 *
 * @param text at least 32 characters
 * @throws Error naming the variable, never the text, when it is shorter
 */
export function sealingKey(text: string): SealingKey {
  if (text.length < 32) throw new Error('ZOETROPE_SECRET_KEY must be 32 characters or more');
  return Buffer.from(hkdfSync('sha256', text, '', 'zoetrope sealing v1', 32)) as SealingKey;
}

/**
 * The key that secrets are sealed with, then the one it replaced: what was sealed before a change of
 * `ZOETROPE_SECRET_KEY` opens as long as `ZOETROPE_SECRET_KEY_PREVIOUS` names the old one.
 */
export function sealingKeys(config: {
  readonly ZOETROPE_SECRET_KEY: string;
  readonly ZOETROPE_SECRET_KEY_PREVIOUS?: string | undefined;
}): readonly [current: SealingKey, ...previous: SealingKey[]] {
  const previous = config.ZOETROPE_SECRET_KEY_PREVIOUS;
  return [sealingKey(config.ZOETROPE_SECRET_KEY), ...(previous === undefined ? [] : [sealingKey(previous)])];
}

/**
 * Encrypts a secret for the `secrets` schema: AES-256-GCM with a fresh 96-bit IV (NIST SP 800-38D 8.2.2).
 *
 * @param context what the secret belongs to, such as `webhook:prj_…`: the text opens only under the same
 *   one, so that a row copied to another project is useless
 * @returns `v1.<iv>.<tag>.<cipher>`, each part base64url
 */
export function seal(key: SealingKey, secret: string, context: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return ['v1', ...[iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join('.');
}

/**
 * Decrypts what `seal` made, under the first of the keys that opens it.
 *
 * @throws Error when the text is malformed, was changed, or belongs to another key or context
 */
export function unseal(keys: SealingKey | readonly SealingKey[], text: string, context: string): string {
  if (Buffer.isBuffer(keys)) return open(keys, text, context);
  let failure: unknown = new Error('no key to open a sealed secret with');
  for (const key of keys as readonly SealingKey[]) {
    try {
      return open(key, text, context);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function open(key: SealingKey, text: string, context: string): string {
  const [version, iv, tag, sealed, ...more] = text.split('.');
  if (version !== 'v1' || !iv || !tag || sealed === undefined || more.length > 0) {
    throw new Error('a sealed secret is malformed');
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), {
      authTagLength: 16,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64url')), decipher.final()]).toString(
      'utf8',
    );
  } catch (cause) {
    throw new Error(
      'a sealed secret does not open: ZOETROPE_SECRET_KEY is another one (set ZOETROPE_SECRET_KEY_PREVIOUS to ' +
        'the old one), or the secret was changed',
      { cause },
    );
  }
}

/** The context of a project's webhook secret. */
export const webhookSecretContext = (projectId: string): string => `webhook:${projectId}`;

/** The context of one of a project's signing secrets. */
export const signingSecretContext = (projectId: string, secretId: string): string =>
  `signing:${projectId}:${secretId}`;
