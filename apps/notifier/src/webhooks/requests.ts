import { Injectable } from '@nestjs/common';
import { webhookBody } from '@zoetrope/platform/webhook-body';
import type { Delivery } from './delivery.js';
import { EmbedAddress } from './embed-address.js';
import type { Endpoint } from './endpoints.js';
import { type SignedHeaders, WebhookSigning } from './signing.js';

/** What is POSTed. */
export interface WebhookRequest {
  readonly headers: SignedHeaders;
  readonly body: string;
}

/** Makes the signed request of one attempt. */
@Injectable()
export class Requests {
  constructor(
    private readonly signing: WebhookSigning,
    private readonly address: EmbedAddress,
  ) {}

  /**
   * @param now Unix ms
   * @returns undefined when the project has no secret
   */
  async make(
    { fact, eventId, type, due }: Delivery,
    endpoint: Endpoint,
    now: number,
  ): Promise<WebhookRequest | undefined> {
    const { assetId } = fact.data;
    const completed = type === 'asset.completed' && assetId !== undefined;
    const mp4Url = completed ? await this.address.of(due.projectId, assetId, endpoint) : undefined;
    const body = JSON.stringify(webhookBody(fact, eventId, type, mp4Url));
    const headers = await this.signing.sign(due.projectId, eventId, body, new Date(now));
    return headers && { headers, body };
  }
}
