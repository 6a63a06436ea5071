import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.js';

const Secrets = z.object({
  /** Encrypts secrets in the database: 32 bytes in base64. */
  secretKey: z.base64().length(44),
  /** Lets our own processes call each other. */
  internalToken: z.string().min(32),
  /** Signs the local renderer's callbacks, as Replicate signs its own: `whsec_` and base64. */
  webhookSecret: z.string().startsWith('whsec_'),
  rendererToken: z.string().min(32),
  demoPassword: z.string().min(8),
});
export type Secrets = z.infer<typeof Secrets>;

const token = (prefix: string): string => prefix + randomBytes(24).toString('base64url');

const generate = (): Secrets => ({
  secretKey: randomBytes(32).toString('base64'),
  internalToken: token('zi_'),
  webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
  rendererToken: token('lr_'),
  demoPassword: randomBytes(9).toString('base64url'),
});

/** The folder's own secrets, made on the first start and kept in `secrets.json` (mode 0600). */
export const loadSecrets = (dataDir: string): Secrets => {
  const file = path.join(dataDir, 'secrets.json');
  const away = `restore it from a backup, or move ${dataDir} away to begin anew`;
  const kept = readJson(file, Secrets, away);
  if (kept) return kept;
  const fresh = generate();
  writeJson(file, fresh);
  return fresh;
};
