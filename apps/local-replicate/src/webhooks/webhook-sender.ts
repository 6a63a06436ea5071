import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { CONFIG, type Config } from '../config.js';
import { BaseUrl } from '../http/base-url.js';
import { faultOf } from '../predictions/faults.js';
import { type Prediction, presentPrediction, type WebhookEvent } from '../predictions/prediction.js';
import { PredictionStore } from '../predictions/prediction-store.js';

/** Waits before each attempt of the last webhook: about a minute in all, as Replicate does. */
const FINAL_WAITS_MS = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 29_000];
const ANSWER_WITHIN_MS = 10_000;
/** `logs` and `output` are told at most twice a second. */
const LOG_INTERVAL_MS = 500;
/** Of nobody: what is signed with it is forged. */
const FORGED = new Webhook(`whsec_${Buffer.from('a secret of somebody else').toString('base64')}`);

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
    const late = faultOf(prediction.faults, 'late-webhook')?.ms ?? 0;
    await sleep(late, undefined, { signal: this.#stopping.signal }).catch(() => {});
    if (wanted) await this.#deliver(prediction);
    if (!this.#stopping.signal.aborted) await this.store.notified(prediction);
  }

  /** A fault: claims, without the secret, that the prediction has succeeded. Resolves when it was answered. */
  async forge(prediction: Prediction): Promise<void> {
    if (!prediction.webhook) return;
    const claimed: Prediction = { ...prediction, status: 'succeeded', output: 'output.mp4' };
    await this.#attempt(claimed, `msg_${randomUUID()}`, FORGED);
  }

  #wanted({ webhook, webhookEvents, faults }: Prediction, event: WebhookEvent): boolean {
    return Boolean(webhook) && webhookEvents.includes(event) && !faultOf(faults, 'lost-webhook');
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
      if (this.#stopping.signal.aborted) return;
      if (await this.#attempt(prediction, messageId)) return this.#repeat(prediction, messageId);
    }
    this.#log.warn({ predictionId: prediction.id }, 'nobody took the last webhook; given up');
  }

  /** A fault: at least once means that it may come again, under the same id. */
  async #repeat(prediction: Prediction, messageId: string): Promise<void> {
    const times = faultOf(prediction.faults, 'duplicate-webhook')?.times ?? 0;
    for (let i = 0; i < times; i += 1) await this.#attempt(prediction, messageId);
  }

  async #attempt(prediction: Prediction, messageId: string, signer = this.#signer): Promise<boolean> {
    const body = JSON.stringify(presentPrediction(prediction, (path) => this.baseUrl.of(path)));
    const now = new Date();
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': messageId,
      'webhook-timestamp': `${Math.floor(now.getTime() / 1000)}`,
      'webhook-signature': signer.sign(messageId, now, body),
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
