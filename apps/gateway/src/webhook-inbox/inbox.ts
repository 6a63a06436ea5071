import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { INBOX_KEPT, type InboxItem } from '@zoetrope/contracts/api/webhooks';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { type SealingKey, sealingKeys } from '@zoetrope/platform/sealing';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { GatewayConfig } from '../config.js';
import { WebhookSecrets } from '../webhooks/webhook-secrets.js';
import { type Received, verdictOn } from './verdict.js';

type Item = z.infer<typeof InboxItem>;

const tokenOf = (key: SealingKey, projectId: string): Buffer =>
  createHmac('sha256', key).update(`webhook-inbox:${projectId}`).digest().subarray(0, 16);

/** An endpoint of our own for each project, so that webhooks can be seen arriving before a receiver is written. */
@Injectable()
export class WebhookInbox {
  private readonly keys: ReturnType<typeof sealingKeys>;

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly secrets: WebhookSecrets,
    private readonly database: DataSource,
  ) {
    this.keys = sealingKeys(config);
  }

  /** Nobody else can write to it: the address holds what only this installation can compute. */
  addressOf(projectId: string): string {
    const token = tokenOf(this.keys[0], projectId).toString('hex');
    return `${this.config.PUBLIC_URL}/v1/inbox/${projectId}/${token}`;
  }

  isAddress(projectId: string, token: string): boolean {
    const given = Buffer.from(token, 'hex');
    return this.keys.some((key) => {
      const right = tokenOf(key, projectId);
      return given.length === right.length && timingSafeEqual(given, right);
    });
  }

  /** Keeps what came, judged by the project's secrets of this moment; the oldest beyond INBOX_KEPT go. */
  async receive(projectId: string, received: Received): Promise<void> {
    const told = verdictOn(received, await this.secrets.valid(projectId));
    await this.database.query(
      `INSERT INTO secrets.webhook_inbox
         (project_id, received_at, webhook_id, event_type, verified, reason, body_preview)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [projectId, this.clock.now(), told.webhookId, told.eventType, told.verified, told.reason, told.body],
    );
    await this.database.query(
      `DELETE FROM secrets.webhook_inbox WHERE project_id = $1 AND id <= (
         SELECT id FROM secrets.webhook_inbox WHERE project_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`,
      [projectId, INBOX_KEPT],
    );
  }

  /** Newest first. */
  async items(projectId: string): Promise<Item[]> {
    const rows: Item[] = await this.database.query(
      `SELECT id::text, received_at, webhook_id, event_type, verified, reason, body_preview
       FROM secrets.webhook_inbox WHERE project_id = $1 ORDER BY webhook_inbox.id DESC LIMIT $2`,
      [projectId, INBOX_KEPT],
    );
    return rows.map((row) => ({ ...row, received_at: Number(row.received_at) }));
  }
}
