import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';

/** Beside this application, built or from source. */
const BUILT = path.resolve(import.meta.dirname, '../../../dashboard/dist');

/** Paths that are no pages: a browser that opens one of them wants the answer itself. */
const NO_PAGE = /^\/(api|v1|static|uploads|docs|health|metrics)(\/|$)/;

const hashesOf = (html: string): string[] =>
  [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );

const policyOf = (html: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' ${hashesOf(html).join(' ')}`.trim(),
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

/** The one page of the dashboard: every address of it is the same file, and the browser does the rest. */
@Injectable()
export class DashboardPage {
  private readonly folder: string;
  private readonly html: Buffer | undefined;
  private readonly headers: Record<string, string>;

  constructor(@Inject(CONFIG) config: GatewayConfig) {
    this.folder = path.resolve(config.DASHBOARD_DIR ?? BUILT);
    const file = path.join(this.folder, 'index.html');
    this.html = existsSync(file) ? readFileSync(file) : undefined;
    this.headers = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': policyOf(this.html?.toString('utf8') ?? ''),
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    };
  }

  /** Where the hashed files are; undefined when the dashboard is not built. */
  get staticFolder(): string | undefined {
    return this.html && path.join(this.folder, 'static');
  }

  /** Sends the page. @returns false when the dashboard is not built */
  send(reply: FastifyReply, status: number): boolean {
    if (!this.html) return false;
    void reply.code(status).headers(this.headers).send(this.html);
    return true;
  }

  /** Whether a person in a browser asked for a page that does not exist. */
  isWantedBy({ method, url, headers }: FastifyRequest): boolean {
    const path = url.split('?', 1)[0] ?? '';
    const reads = method === 'GET' || method === 'HEAD';
    return reads && !NO_PAGE.test(path) && /\btext\/html\b/.test(headers.accept ?? '');
  }
}
