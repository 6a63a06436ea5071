import { Inject, Injectable } from '@nestjs/common';
import { webhookAlarm } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { DeliveryRef } from './delivery.js';

/** One alarm a delivery: setting it again replaces it. */
@Injectable()
export class WebhookAlarms {
  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /** @param at Unix ms */
  async set({ id, due }: DeliveryRef, at: number): Promise<void> {
    await this.log.alarms.set('notifier', webhookAlarm(id), new Date(at), due);
  }
}
