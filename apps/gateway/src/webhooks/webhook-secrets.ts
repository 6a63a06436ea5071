import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { WEBHOOK_SECRET_OVERLAP_MS } from '@zoetrope/contracts/api/webhooks';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
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
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: DataSource,
  ) {
    this.keys = sealingKeys(config);
  }

  /** Makes the project's secret unless it has one. @returns it only to who made it: it is shown once */
  async mint(projectId: string): Promise<string | undefined> {
    const { secret, sealed } = this.fresh(projectId);
    const made: unknown[] = await this.database.query(
      `INSERT INTO secrets.webhook_secret (project_id, secret_encrypted) VALUES ($1, $2)
       ON CONFLICT (project_id) DO NOTHING RETURNING project_id`,
      [projectId, sealed],
    );
    return made.length === 1 ? secret : undefined;
  }

  /**
   * Replaces the project's secret; the one it had signs beside the new one for 24 hours more (PRODUCT 6.2).
   * @returns the new one, shown once
   */
  async rotate(projectId: string): Promise<string> {
    const { secret, sealed } = this.fresh(projectId);
    const endsAt = new Date(this.clock.now() + WEBHOOK_SECRET_OVERLAP_MS);
    await this.database.transaction(async (manager) => {
      // Its row lock makes rotations at the same time come one after the other.
      const [held]: { secret_encrypted: string }[] = await manager.query(
        'SELECT secret_encrypted FROM secrets.webhook_secret WHERE project_id = $1 FOR UPDATE',
        [projectId],
      );
      await manager.query(
        'DELETE FROM secrets.replaced_webhook_secret WHERE project_id = $1 AND ends_at <= $2',
        [projectId, new Date(this.clock.now())],
      );
      if (held)
        await manager.query(
          'INSERT INTO secrets.replaced_webhook_secret (project_id, secret_encrypted, ends_at) VALUES ($1, $2, $3)',
          [projectId, held.secret_encrypted, endsAt],
        );
      await manager.query(
        `INSERT INTO secrets.webhook_secret (project_id, secret_encrypted) VALUES ($1, $2)
         ON CONFLICT (project_id) DO UPDATE SET secret_encrypted = EXCLUDED.secret_encrypted, created_at = now()`,
        [projectId, sealed],
      );
    });
    return secret;
  }

  private fresh(projectId: string): { readonly secret: string; readonly sealed: string } {
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    return { secret, sealed: seal(this.keys[0], secret, webhookSecretContext(projectId)) };
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

  /** Those that may have signed a request of now: the current one, then replaced ones that still overlap. */
  async valid(projectId: string): Promise<string[]> {
    const rows: { secret_encrypted: string }[] = await this.database.query(
      `SELECT secret_encrypted FROM secrets.webhook_secret WHERE project_id = $1
       UNION ALL
       SELECT secret_encrypted FROM secrets.replaced_webhook_secret WHERE project_id = $1 AND ends_at > $2`,
      [projectId, new Date(this.clock.now())],
    );
    return rows.map((row) => unseal(this.keys, row.secret_encrypted, webhookSecretContext(projectId)));
  }
}
