import { Controller, Inject } from '@nestjs/common';
import { FILTERS } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { OnDue, OnFact, type Received, type ReceivedAlarm } from '@zoetrope/eventlog/transport';
import { done, park, type Verdict } from '@zoetrope/eventlog/verdict';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { Delivery } from './deliveries.js';
import { Dispatcher } from './dispatcher.js';
import { Endpoints } from './endpoints.js';
import { WEBHOOK_FACTS, type WebhookSource, webhookTypeOf } from './event-types.js';
import { deliveryIdOf, eventIdOf } from './ids.js';
import { WEBHOOK_ALARMS, WebhookDue } from './webhook-alarms.js';

@Controller()
export class SendWebhooksWhenSubscribed {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly endpoints: Endpoints,
    private readonly dispatcher: Dispatcher,
  ) {}

  @OnFact(WEBHOOK_FACTS as unknown as { type: string }[], {
    stream: 'ASSETS',
    filter: [FILTERS.generations, FILTERS.videos],
    durable: 'notifier-webhooks',
  })
  async send({ fact }: Received): Promise<Verdict> {
    const delivery = deliveryOf(fact as WebhookSource);
    if (!delivery) return done; // No webhook tells of this kind of fact.
    const { url, enabled, events } = await this.endpoints.of(delivery.fact.data.projectId);
    if (!url || !enabled || !events.includes(delivery.type)) return done; // Nobody subscribed.
    await this.dispatcher.take(delivery);
    return done; // Its end is in the log, or an alarm stands for it.
  }

  @OnDue({ service: 'notifier', names: WEBHOOK_ALARMS, durable: 'notifier-webhooks-due' })
  async sendAgain({ alarm }: ReceivedAlarm): Promise<Verdict> {
    const due = WebhookDue.safeParse(alarm.data);
    const fact = due.success ? await this.log.get('ASSETS', due.data.seq) : undefined;
    const delivery = fact && deliveryOf(fact as WebhookSource);
    if (!delivery) return park('names no fact that webhooks tell of'); // No delivery of it will ever help.
    await this.dispatcher.take(delivery);
    return done; // As above.
  }
}

function deliveryOf(fact: WebhookSource): Delivery | undefined {
  const type = webhookTypeOf(fact);
  if (!type) return undefined;
  const eventId = eventIdOf(fact.meta.id);
  return { id: deliveryIdOf(eventId, fact.data.projectId), eventId, type, fact };
}
