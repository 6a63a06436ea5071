import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** A request as it came. */
export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Verdict {
  readonly webhookId: string | null;
  readonly eventType: string | null;
  readonly verified: boolean;
  readonly reason: string | null;
  readonly body: string;
}

const PREVIEW = 4_096;
/** PostgreSQL's text holds no NUL. */
const storable = (text: string, max: number): string => text.replaceAll('\0', '\uFFFD').slice(0, max);

/**
 * What a receiver that follows Standard Webhooks thinks of a request.
 * @param secrets those that may have signed it, `whsec_…`
 */
export function verdictOn({ headers, body }: Received, secrets: readonly string[]): Verdict {
  const failures = secrets.map((secret) => complaint(secret, headers, body));
  const verified = failures.includes(null);
  const id = headers['webhook-id'];
  return {
    webhookId: id === undefined ? null : storable(id, 200),
    eventType: typeIn(body),
    verified,
    reason: verified ? null : (failures[0] ?? 'this project has no signing secret yet'),
    body: storable(body, PREVIEW),
  };
}

/** null: it is signed with this secret, less than five minutes ago. */
function complaint(secret: string, headers: Record<string, string>, body: string): string | null {
  try {
    new Webhook(secret).verify(body, headers);
    return null;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.message;
    return 'the body is no JSON';
  }
}

function typeIn(body: string): string | null {
  try {
    const { type } = JSON.parse(body) as { type?: unknown };
    return typeof type === 'string' ? storable(type, 100) : null;
  } catch {
    return null;
  }
}
