import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { assetTag, edgeKinds, projectTag } from '@zoetrope/platform/edge-config';
import type { GatewayConfig } from '../config.js';

/** What a purged cache has to know of a storable answer. */
export interface EdgeAnswer {
  readonly assetId: string;
  readonly projectId: string;
  /** Unix ms: no cache may use the answer from then on. */
  readonly expiresAt?: number;
  /** It was asked for by the very address that pages embed. */
  readonly isEmbedded: boolean;
}

type Headers = Readonly<Record<string, string>>;
const NOTHING: Headers = {};

/** Lifetimes for the caches that this installation purges, each in its own field (PRODUCT 4); others see none of them. */
@Injectable()
export class EdgeHeaders {
  private readonly kinds: ReturnType<typeof edgeKinds>;

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.kinds = edgeKinds(config);
  }

  of({ assetId, projectId, expiresAt, isEmbedded }: EdgeAnswer): Headers {
    const seconds = this.secondsUntil(expiresAt);
    if (seconds <= 0) return NOTHING;
    const tags = [assetTag(assetId), projectTag(projectId)];
    const { cloudflare, fastly, varnish, nginx } = this.kinds;
    return {
      ...(cloudflare && {
        'cloudflare-cdn-cache-control': `public, max-age=${seconds}`,
        'cache-tag': tags.join(','),
      }),
      ...(fastly && { 'surrogate-control': `max-age=${seconds}`, 'surrogate-key': tags.join(' ') }),
      ...(varnish && { 'x-varnish-ttl': String(seconds), 'x-varnish-tags': tags.join(',') }),
      // It can forget by address only, so it keeps nothing under any other spelling.
      ...(nginx && isEmbedded && { 'x-accel-expires': String(seconds) }),
    };
  }

  /**
   * Whether this is the notifier asking an nginx to replace what it keeps. Then any answer has to be storable for a
   * moment: nginx drops the old entry only for one that it stores.
   */
  isRefresh(token: string | string[] | undefined): boolean {
    const wanted = this.config.NGINX_REFRESH_TOKEN;
    if (!this.kinds.nginx || wanted === undefined || typeof token !== 'string') return false;
    const [given, own] = [Buffer.from(token), Buffer.from(wanted)];
    return given.length === own.length && timingSafeEqual(given, own);
  }

  private secondsUntil(expiresAt: number | undefined): number {
    const most = this.config.EDGE_MAX_AGE_S;
    return expiresAt === undefined
      ? most
      : Math.min(most, Math.floor((expiresAt - this.clock.now()) / 1_000));
  }
}

/** Header by which an nginx with our configuration is asked to fetch anew; it passes it on. */
export const REFRESH_HEADER = 'x-zoetrope-refresh';
