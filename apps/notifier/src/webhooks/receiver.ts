import { Inject, Injectable } from '@nestjs/common';
import { type Cidr, parseCidrList } from '@zoetrope/egress/address';
import { EgressError } from '@zoetrope/egress/errors';
import { guardedFetch } from '@zoetrope/egress/fetch';
import { CONFIG } from '@zoetrope/platform/config';
import { type NotifierConfig, TIMINGS, type Timings } from '../config.js';
import type { SignedHeaders } from './signing.js';

/** How a POST ended. `latencyMs` from its start. */
export type Answer =
  | {
      readonly ok: true;
      readonly responseCode: number;
      readonly responseBody?: string;
      readonly latencyMs: number;
    }
  | {
      readonly ok: false;
      readonly responseCode?: number;
      readonly responseBody?: string;
      /** In words for the project's owner; never the body. */
      readonly reason: string;
      readonly retryAfterMs?: number;
      readonly latencyMs: number;
    };

/** What is read of an answer, and how many characters of it are kept. */
const MAX_ANSWER_BYTES = 4 * 1024;
const PREVIEW_CHARACTERS = 1_024;

/** A stranger's HTTP server: guarded, 10 s, no redirects. */
@Injectable()
export class Receiver {
  readonly #allow: readonly Cidr[];

  constructor(
    @Inject(CONFIG) config: NotifierConfig,
    @Inject(TIMINGS) private readonly timings: Timings,
  ) {
    this.#allow = parseCidrList(config.ZOETROPE_EGRESS_ALLOW.join(','));
  }

  /** Never rejects for what the receiver or the network does. */
  async post(url: string, headers: SignedHeaders, body: string): Promise<Answer> {
    const started = performance.now();
    const latencyMs = () => Math.round(performance.now() - started);
    try {
      const {
        status,
        headers: answered,
        bytes,
      } = await guardedFetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'Zoetrope-Webhooks/1' },
        body,
        maxBytes: MAX_ANSWER_BYTES,
        onTooLarge: 'truncate',
        maxRedirects: 0,
        headersTimeoutMs: this.timings.receiverMs,
        totalTimeoutMs: this.timings.receiverMs,
        allow: this.#allow,
      });
      const seen = { responseCode: status, responseBody: previewOf(bytes), latencyMs: latencyMs() };
      if (status >= 200 && status < 300) return { ok: true, ...seen };
      const retryAfterMs = parseRetryAfter(answered['retry-after'], Date.now());
      const reason = `answered with status ${status}`;
      return { ok: false, reason, retryAfterMs, ...seen };
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      return { ok: false, reason: `${error.code}: ${error.message}`, latencyMs: latencyMs() };
    }
  }
}

/** The beginning of an answer as text that anything can store and show; undefined when there is nothing to see. */
export function previewOf(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes).replace(/[^\P{Cc}\n\t]/gu, '');
  return text.slice(0, PREVIEW_CHARACTERS).toWellFormed() || undefined;
}

/** Seconds, or an HTTP date (RFC 9110 10.2.3), as ms from `now`; undefined for anything else. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
