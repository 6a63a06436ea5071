import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { seal, sealingKeys, unseal, webhookSecretContext } from '@zoetrope/platform/sealing';
import { DataSource } from 'typeorm';
import type { GatewayConfig } from '../config.js';

/** Bytes of randomness in a secret; Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

/** Signing secrets of webhook endpoints, sealed in `secrets.webhook_secret`; the notifier reads them. */
@Injectable()
export class WebhookSecrets {
  private readonly keys: ReturnType<typeof sealingKeys>;

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    private readonly database: DataSource,
  ) {
    this.keys = sealingKeys(config);
  }

  /** Makes the project's secret unless it has one. @returns it only to who made it: it is shown once */
  async mint(projectId: string): Promise<string | undefined> {
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    const sealed = seal(this.keys[0], secret, webhookSecretContext(projectId));
    const made: unknown[] = await this.database.query(
      `INSERT INTO secrets.webhook_secret (project_id, secret_encrypted) VALUES ($1, $2)
       ON CONFLICT (project_id) DO NOTHING RETURNING project_id`,
      [projectId, sealed],
    );
    return made.length === 1 ? secret : undefined;
  }

  /** Enough of the secret to tell two apart: `whsec_…` and its last four characters; null without one. */
  async preview(projectId: string): Promise<string | null> {
    const rows: { secret_encrypted: string }[] = await this.database.query(
      'SELECT secret_encrypted FROM secrets.webhook_secret WHERE project_id = $1',
      [projectId],
    );
    const [row] = rows;
    if (!row) return null;
    return `whsec_…${unseal(this.keys, row.secret_encrypted, webhookSecretContext(projectId)).slice(-4)}`;
  }
}
