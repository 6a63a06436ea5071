import { Inject, Injectable } from '@nestjs/common';
import { AssetPrepared } from '@zoetrope/contracts/facts/request';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { buildProxyUrl, signedText } from '@zoetrope/domain/proxy-url';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { hmacHex, SIGNED_FOR_S } from '@zoetrope/platform/proxy-signing';
import { sealingKeys, signingSecretContext, unseal } from '@zoetrope/platform/sealing';
import type { Pool } from 'pg';
import type { NotifierConfig } from '../config.js';
import { DATABASE } from '../database.js';
import type { Endpoint } from './endpoints.js';

/** `mp4_url` as webhooks carry it: the proxy URL under the project's current key, in the mode of the project. */
@Injectable()
export class EmbedAddress {
  readonly #keys: ReturnType<typeof sealingKeys>;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: NotifierConfig,
    @Inject(DATABASE) private readonly pool: Pool,
  ) {
    this.#keys = sealingKeys(config);
  }

  /** In signed mode it ends 24 hours after this attempt. @throws Error when PostgreSQL is away or the secret is lost */
  async of(projectId: string, assetId: string, endpoint: Endpoint): Promise<string> {
    const prepared = await this.log.first(assetSubject(assetId, 'request'));
    if (!prepared || !AssetPrepared.is(prepared)) throw new Error(`asset ${assetId} was never prepared`);
    const { src, asked } = prepared.data;
    const { proxyKey = '', signingEnabled, signingSecretId } = endpoint;
    const parts = { publicUrl: this.config.PUBLIC_URL, proxyKey, src, asked, format: 'mp4' as const };
    if (!signingEnabled || !signingSecretId) return buildProxyUrl(parts);
    const exp = Math.floor(this.clock.now() / 1_000) + SIGNED_FOR_S;
    const secret = await this.#secret(projectId, signingSecretId);
    const sig = hmacHex(secret, signedText({ proxyKey, src, exp, asked }));
    return buildProxyUrl({ ...parts, signed: { exp, sig } });
  }

  async #secret(projectId: string, id: string): Promise<string> {
    const text = 'select secret_encrypted from secrets.signing_secret where id = $1 and project_id = $2';
    const found = await this.pool.query<{ secret_encrypted: string }>(text, [id, projectId]);
    const sealed = found.rows[0]?.secret_encrypted;
    if (sealed === undefined) throw new Error(`signing secret ${id} of ${projectId} is lost`);
    return unseal(this.#keys, sealed, signingSecretContext(projectId, id));
  }
}
