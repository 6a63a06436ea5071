import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { createTransport, type Transporter } from 'nodemailer';
import type { GatewayConfig } from '../config.js';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Waits before the second and third attempt, ms. A mail that still cannot be handed over is asked for again. */
const RETRY_MS = [1_000, 5_000];
/** How long a mail server may take to answer anything, ms. */
const ANSWER_MS = 10_000;

/** SMTP's word that a repeat changes nothing (RFC 5321 4.2.1). */
const isFinal = (error: unknown): boolean =>
  Number((error as { responseCode?: unknown } | null)?.responseCode) >= 500;

/** A mail server's words may name the recipient: only codes are logged. */
const codeOf = (error: unknown): string => {
  const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
  return [code, responseCode].filter(Boolean).join(' ') || 'unknown error';
};

/** Mail by SMTP, when it is configured. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly logger = new Logger(Mailer.name);
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private readonly transport?: Transporter;
  private readonly from: string;

  constructor(@Inject(CONFIG) config: Pick<GatewayConfig, 'SMTP_URL' | 'MAIL_FROM' | 'PUBLIC_URL'>) {
    this.from = config.MAIL_FROM ?? `Zoetrope <no-reply@${new URL(config.PUBLIC_URL).hostname}>`;
    if (!config.SMTP_URL) return;
    this.transport = createTransport({
      url: config.SMTP_URL,
      connectionTimeout: ANSWER_MS,
      greetingTimeout: ANSWER_MS,
      socketTimeout: ANSWER_MS,
    });
  }

  get isConfigured(): boolean {
    return this.transport !== undefined;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.underWay);
  }

  /** Sends it in the background. */
  post(mail: Mail): void {
    const delivery = this.deliver(mail).finally(() => this.underWay.delete(delivery));
    this.underWay.add(delivery);
  }

  private async deliver(mail: Mail): Promise<void> {
    for (const waitMs of [...RETRY_MS, undefined]) {
      try {
        await this.transport?.sendMail({ from: this.from, ...mail });
        return;
      } catch (error) {
        const last = waitMs === undefined || isFinal(error) || this.stopping.signal.aborted;
        if (last) return this.logger.error(`a mail could not be handed over: ${codeOf(error)}`);
        await delay(waitMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
