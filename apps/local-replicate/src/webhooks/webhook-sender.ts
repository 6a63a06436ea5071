import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { CONFIG, type Config } from '../config.js';
import { BaseUrl } from '../http/base-url.js';
import { type Prediction, presentPrediction, type WebhookEvent } from '../predictions/prediction.js';
import { PredictionStore } from '../predictions/prediction-store.js';

/** Waits before each attempt of the last webhook: about a minute in all, as Replicate does. */
const FINAL_WAITS_MS = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 29_000];
const ANSWER_WITHIN_MS = 10_000;
/** `logs` and `output` are told at most twice a second. */
const LOG_INTERVAL_MS = 500;

/** Tells callers about their predictions, signed as Replicate signs (Standard Webhooks). */
@Injectable()
export class WebhookSender implements OnModuleDestroy {
  readonly #log = new Logger('webhooks');
  readonly #signer: Webhook;
  readonly #stopping = new AbortController();
  readonly #lastLogs = new Map<string, number>();

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly store: PredictionStore,
    private readonly baseUrl: BaseUrl,
  ) {
    this.#signer = new Webhook(config.WEBHOOK_SECRET);
  }

  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  /** `start` and `logs`: one attempt, and nobody waits for it. */
  tell(prediction: Prediction, event: Exclude<WebhookEvent, 'completed'>): void {
    if (!this.#wanted(prediction, event) || this.#tooSoon(prediction, event)) return;
    void this.#attempt(prediction, `msg_${randomUUID()}`);
  }

  /** The last one: repeated until it is taken or a minute is over, also across a restart. */
  async tellEnd(prediction: Prediction): Promise<void> {
    this.#lastLogs.delete(prediction.id);
    const wanted = this.#wanted(prediction, 'completed') || this.#wanted(prediction, 'output');
    if (!prediction.webhook || prediction.notified) return;
    if (wanted) await this.#deliver(prediction);
    if (!this.#stopping.signal.aborted) await this.store.notified(prediction);
  }

  #wanted({ webhook, webhookEvents, faults }: Prediction, event: WebhookEvent): boolean {
    return (
      Boolean(webhook) && webhookEvents.includes(event) && !faults.some(({ kind }) => kind === 'lost-webhook')
    );
  }

  #tooSoon({ id }: Prediction, event: WebhookEvent): boolean {
    if (event !== 'logs') return false;
    const now = performance.now();
    if (now - (this.#lastLogs.get(id) ?? -LOG_INTERVAL_MS) < LOG_INTERVAL_MS) return true;
    this.#lastLogs.set(id, now);
    return false;
  }

  async #deliver(prediction: Prediction): Promise<void> {
    const messageId = `msg_${randomUUID()}`;
    for (const wait of FINAL_WAITS_MS) {
      await sleep(wait, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted || (await this.#attempt(prediction, messageId))) return;
    }
    this.#log.warn({ predictionId: prediction.id }, 'nobody took the last webhook; given up');
  }

  async #attempt(prediction: Prediction, messageId: string): Promise<boolean> {
    const body = JSON.stringify(presentPrediction(prediction, (path) => this.baseUrl.of(path)));
    const now = new Date();
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': messageId,
      'webhook-timestamp': `${Math.floor(now.getTime() / 1000)}`,
      'webhook-signature': this.#signer.sign(messageId, now, body),
    };
    try {
      const target = prediction.webhook ?? '';
      const answer = await fetch(target, { method: 'POST', headers, body, signal, redirect: 'manual' });
      await answer.body?.cancel();
      this.#log.debug({ predictionId: prediction.id, status: answer.status }, 'webhook attempt');
      return answer.ok;
    } catch (error) {
      this.#log.debug({ predictionId: prediction.id, reason: String(error) }, 'webhook attempt failed');
      return false;
    }
  }
}
