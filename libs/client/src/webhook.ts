/** Types of webhook events (PRODUCT 6.2). */
export type WebhookType =
  | 'asset.queued'
  | 'asset.stage_completed'
  | 'asset.completed'
  | 'asset.failed'
  | 'asset.cancelled'
  | 'asset.retry_scheduled'
  | 'asset.test'
  | 'quota.threshold';

/** The body of a webhook. `id` is the same on every attempt and replay. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: WebhookType;
  /** Unix ms; `timestamp` says the same in ISO 8601. */
  readonly ts: number;
  readonly timestamp: string;
  readonly asset_id: string | null;
  readonly project_id: string;
  readonly request_id: string | null;
  /** `sequence` grows with every event of an asset: what is older than what you have can be dropped. */
  readonly data: { readonly generation: number; readonly sequence: number; readonly [more: string]: unknown };
}

/** The request is not from the installation, was changed on its way, or is an old one sent again. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | string[] | undefined>>;

export interface VerifyOptions {
  /** How far the sender's clock may be off, seconds; default 300. */
  readonly toleranceSeconds?: number;
  /** Unix ms; default now. */
  readonly now?: number;
}

/**
 * Verifies a webhook as Standard Webhooks says and gives its event.
 *
 * @param body the request's body as it came, before any parsing
 * @param secret `whsec_…`; while a rotated one overlaps either verifies
 * @throws WebhookVerificationError
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string,
  { toleranceSeconds = 300, now = Date.now() }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature').split(' ');
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('webhook-timestamp is no number');
  if (Math.abs(now / 1_000 - Number(timestamp)) > toleranceSeconds)
    throw new WebhookVerificationError('webhook-timestamp is too old or too new');
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  const key = await keyOf(secret);
  for (const signature of signatures) {
    const [version, digest = ''] = signature.split(',');
    // `verify` compares in constant time.
    if (version === 'v1' && (await crypto.subtle.verify('HMAC', key, bytesOf(digest), signed)))
      return JSON.parse(text) as WebhookEvent;
  }
  throw new WebhookVerificationError('no signature matches');
}

function keyOf(secret: string) {
  const bytes = bytesOf(secret.replace(/^whsec_/, ''));
  if (bytes.length === 0) throw new TypeError('the secret is not whsec_ and base64');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

/** Of base64; empty for what is none. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value =
    'get' in headers && typeof headers.get === 'function'
      ? headers.get(name)
      : (headers as Record<string, string | string[] | undefined>)[name];
  const text = Array.isArray(value) ? value[0] : value;
  if (!text) throw new WebhookVerificationError(`${name} is missing`);
  return text;
}
