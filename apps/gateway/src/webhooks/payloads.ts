import { Inject, Injectable } from '@nestjs/common';
import { AssetPrepared } from '@zoetrope/contracts/facts/request';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { Project } from '@zoetrope/domain/project';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { type WebhookBody, type WebhookSource, webhookBody } from '@zoetrope/platform/webhook-body';
import { Embeds } from '../signing/embed-urls.js';
import type { DeliveryRecord } from './delivery-history.js';

/** Bodies of deliveries, made of the log like those that are sent. */
@Injectable()
export class Payloads {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly embeds: Embeds,
  ) {}

  /** As the next attempt would send it; null when the log does not hold it any more. */
  async of(project: Project, delivery: DeliveryRecord): Promise<WebhookBody | null> {
    const { source_seq, stream, event_id, event_type, asset_id } = delivery;
    if (source_seq === null) return null;
    const fact = await this.log.get(stream, source_seq);
    if (!fact) return null;
    const completed = event_type === 'asset.completed' && asset_id !== null;
    const mp4Url = completed ? await this.address(project, asset_id) : undefined;
    return webhookBody(fact as WebhookSource, event_id, event_type, mp4Url);
  }

  private async address(project: Project, assetId: string): Promise<string | undefined> {
    const prepared = await this.log.first(assetSubject(assetId, 'request'));
    if (!prepared || !AssetPrepared.is(prepared)) return undefined;
    return (await this.embeds.of(project))(prepared.data.src, prepared.data.asked).mp4_url;
  }
}
