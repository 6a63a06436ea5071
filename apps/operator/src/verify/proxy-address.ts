import { hmacHex } from '@zoetrope/platform/proxy-signing';
import { sealingKeys, signingSecretContext, unseal } from '@zoetrope/platform/sealing';
import type { DataSource } from 'typeorm';
import type { ProjectFold } from './fold-project.js';

const SIGNED_FOR_S = 3_600;

/** Opens the secrets of signed projects, where this process has the key to them. */
export class SigningKeys {
  private readonly known = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly database: DataSource,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @returns undefined without ZOETROPE_SECRET_KEY, or when the secret is lost */
  of(projectId: string, secretId: string): Promise<string | undefined> {
    const known = this.known.get(secretId) ?? this.open(projectId, secretId);
    this.known.set(secretId, known);
    return known;
  }

  private async open(projectId: string, secretId: string): Promise<string | undefined> {
    const { ZOETROPE_SECRET_KEY, ZOETROPE_SECRET_KEY_PREVIOUS } = this.env;
    if (!ZOETROPE_SECRET_KEY) return undefined;
    const [row]: { secret_encrypted: string }[] = await this.database.query(
      'SELECT secret_encrypted FROM secrets.signing_secret WHERE id = $1 AND project_id = $2',
      [secretId, projectId],
    );
    const keys = sealingKeys({
      ZOETROPE_SECRET_KEY,
      ZOETROPE_SECRET_KEY_PREVIOUS: ZOETROPE_SECRET_KEY_PREVIOUS || undefined,
    });
    return row && unseal(keys, row.secret_encrypted, signingSecretContext(projectId, secretId));
  }
}

/** The parameters as they were asked, by their names in the query, sorted (PRODUCT 4). */
function contentOf(asked: Readonly<Record<string, unknown>>): string {
  const names = { dur_seconds: 'dur', prompt_override: 'prompt' } as Readonly<Record<string, string>>;
  return Object.entries(asked)
    .map(([name, value]) => `${names[name] ?? name}=${encodeURIComponent(String(value))}`)
    .sort()
    .join('&');
}

/**
 * Path and query of an asset's video (PRODUCT 4), its source always in base64url, which every source can be.
 * @returns undefined for a signed project whose secret cannot be opened
 */
export async function proxyAddress(
  project: ProjectFold,
  prepared: { readonly src: string; readonly asked: Readonly<Record<string, unknown>> },
  keys: SigningKeys,
): Promise<string | undefined> {
  const { id, proxyKey, signingEnabled, signingSecretId } = project.settings as Record<string, string>;
  const content = contentOf(prepared.asked);
  const path = `/v1/${proxyKey}/${Buffer.from(prepared.src).toString('base64url')}.mp4`;
  if (!signingEnabled) return content === '' ? path : `${path}?${content}`;
  const secret = await keys.of(String(id), String(signingSecretId));
  if (!secret) return undefined;
  const exp = Math.floor(Date.now() / 1_000) + SIGNED_FOR_S;
  const text = `${proxyKey}:${prepared.src}:${exp}${content === '' ? '' : `:${content}`}`;
  const query = [content, `exp=${exp}`, `sig=${hmacHex(secret, text)}`].filter(Boolean).join('&');
  return `${path}?${query}`;
}
