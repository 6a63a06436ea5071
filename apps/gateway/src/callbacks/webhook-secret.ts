import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import Replicate from 'replicate';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';

/** A secret that verifies nothing may have been rotated: asked for again at most this often, ms. */
const REFRESH_MS = 60_000;
const FETCH_MS = 5_000;

/** The provider's webhook signing secret: configured, else asked of the provider once. */
@Injectable()
export class WebhookSecret {
  private fetched?: { secret: Promise<string>; at: number };

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws ApiError 503 when the provider does not say it now; its callback will be repeated */
  async get(): Promise<string> {
    const { REPLICATE_WEBHOOK_SECRET: configured } = this.config;
    if (configured !== undefined) return configured;
    this.fetched ??= { secret: this.fetch(), at: this.clock.now() };
    try {
      return await this.fetched.secret;
    } catch {
      this.fetched = undefined;
      throw new ApiError('unavailable', { retryAfterMs: 5_000 });
    }
  }

  /** A newer secret than the one that just failed, if it may be looked for again. */
  async refreshed(): Promise<string | undefined> {
    const isConfigured = this.config.REPLICATE_WEBHOOK_SECRET !== undefined;
    if (isConfigured || this.clock.now() - (this.fetched?.at ?? 0) < REFRESH_MS) return undefined;
    const failed = await this.get();
    this.fetched = undefined;
    const current = await this.get();
    return current === failed ? undefined : current;
  }

  private async fetch(): Promise<string> {
    const { REPLICATE_API_TOKEN: auth, REPLICATE_BASE_URL: baseUrl } = this.config;
    const client = new Replicate({ auth, baseUrl });
    const { key } = await client.webhooks.default.secret.get({ signal: AbortSignal.timeout(FETCH_MS) });
    return key;
  }
}
