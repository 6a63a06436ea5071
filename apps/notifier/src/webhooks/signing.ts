import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { sealingKeys, unseal, webhookSecretContext } from '@zoetrope/platform/sealing';
import type { Pool } from 'pg';
import standardwebhooks from 'standardwebhooks';
import type { NotifierConfig } from '../config.js';
import { DATABASE } from '../database.js';

/** The headers of Standard Webhooks. https://github.com/standard-webhooks/standard-webhooks */
export interface SignedHeaders {
  readonly 'webhook-id': string;
  /** Unix seconds of this attempt. */
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** The current secret, then replaced ones that still overlap, the newest first. None without a current one. */
const SECRETS = `
  select secret_encrypted from (
    select secret_encrypted, 'infinity'::timestamptz as ends_at from secrets.webhook_secret where project_id = $1
    union all
    select secret_encrypted, ends_at from secrets.replaced_webhook_secret where project_id = $1 and ends_at > $2
  ) all_secrets order by ends_at desc`;

/** Signs bodies with the project's secret, which is decrypted for the moment of signing only. */
@Injectable()
export class WebhookSigning {
  readonly #keys: ReturnType<typeof sealingKeys>;

  constructor(
    @Inject(CONFIG) config: NotifierConfig,
    @Inject(DATABASE) private readonly pool: Pool,
  ) {
    this.#keys = sealingKeys(config);
  }

  /**
   * @returns undefined when the project has no secret
   * @throws Error when PostgreSQL is away or the secret does not open
   */
  async sign(projectId: string, eventId: string, body: string, at: Date): Promise<SignedHeaders | undefined> {
    const found = await this.pool.query<{ secret_encrypted: string }>(SECRETS, [projectId, at]);
    if (found.rows.length === 0) return undefined;
    const signatures = found.rows.map(({ secret_encrypted: sealed }) => {
      const secret = unseal(this.#keys, sealed, webhookSecretContext(projectId));
      return new standardwebhooks.Webhook(secret).sign(eventId, at, body);
    });
    return {
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signatures.join(' '),
    };
  }
}
