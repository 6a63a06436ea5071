import { Inject, Injectable } from '@nestjs/common';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { z } from 'zod';

/** Payload of `due.notifier.webhook.<deliveryId>`: the sequence on ASSETS of the fact that is told. */
export const WebhookDue = z.object({ seq: z.number().int().min(1) });
export const WEBHOOK_ALARMS = 'webhook.*';

/** One alarm a delivery: setting it again replaces it. */
@Injectable()
export class WebhookAlarms {
  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /** @param at Unix ms */
  async set(delivery: { id: string; fact: { meta: { seq: number } } }, at: number): Promise<void> {
    const due: z.infer<typeof WebhookDue> = { seq: delivery.fact.meta.seq };
    await this.log.alarms.set('notifier', `webhook.${delivery.id}`, new Date(at), due);
  }
}
