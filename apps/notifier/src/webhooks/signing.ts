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
    const text = 'select secret_encrypted from secrets.webhook_secret where project_id = $1';
    const found = await this.pool.query<{ secret_encrypted: string }>(text, [projectId]);
    const sealed = found.rows[0]?.secret_encrypted;
    if (sealed === undefined) return undefined;
    const secret = unseal(this.#keys, sealed, webhookSecretContext(projectId));
    return {
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new standardwebhooks.Webhook(secret).sign(eventId, at, body),
    };
  }
}
