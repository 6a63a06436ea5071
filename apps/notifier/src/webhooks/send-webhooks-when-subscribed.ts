import { Controller, Inject } from '@nestjs/common';
import { WebhookDue } from '@zoetrope/contracts/messages';
import { FILTERS, WEBHOOK_ALARMS } from '@zoetrope/contracts/subjects';
import { isOpen, reception } from '@zoetrope/domain/endpoint';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { OnDue, OnFact, type Received, type ReceivedAlarm } from '@zoetrope/eventlog/transport';
import { done, park, type Verdict } from '@zoetrope/eventlog/verdict';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { ASSET_SOURCES, ENDPOINT_SOURCES, type WebhookSource } from '@zoetrope/platform/webhook-body';
import { Deliveries } from './deliveries.js';
import { type Delivery, deliveryOf } from './delivery.js';
import { Dispatcher } from './dispatcher.js';
import { Endpoints } from './endpoints.js';

/** Messages are settled within the grace, and most of them wait for the log only. */
const concurrency = 256;
const kinds = (facts: readonly { readonly type: string }[]) => [...facts];

@Controller()
export class SendWebhooksWhenSubscribed {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly endpoints: Endpoints,
    private readonly deliveries: Deliveries,
    private readonly dispatcher: Dispatcher,
  ) {}

  @OnFact(kinds(ASSET_SOURCES), {
    stream: 'ASSETS',
    filter: [FILTERS.generations, FILTERS.videos],
    durable: 'notifier-webhooks',
    concurrency,
  })
  send({ fact }: Received): Promise<Verdict> {
    return this.tell(fact as WebhookSource);
  }

  @OnFact(kinds(ENDPOINT_SOURCES), {
    stream: 'TENANTS',
    filter: FILTERS.endpoints,
    durable: 'notifier-webhook-notices',
  })
  sendNotice({ fact }: Received): Promise<Verdict> {
    return this.tell(fact as WebhookSource);
  }

  // Every delivery is its own lane: those of one endpoint wait in the dispatcher, where they hold up nobody.
  @OnDue({
    service: 'notifier',
    names: WEBHOOK_ALARMS,
    durable: 'notifier-webhooks-due',
    lane: ({ subject }) => subject,
    concurrency,
  })
  async sendAgain({ alarm }: ReceivedAlarm): Promise<Verdict> {
    const due = WebhookDue.safeParse(alarm.data);
    if (!due.success) return park('names no delivery'); // It will not when it comes again either.
    const id = alarm.name.slice('webhook.'.length);
    const { replay, ...ref } = due.data;
    let loaded: Delivery | undefined;
    if (replay) {
      loaded = await this.#load(ref);
      if (!loaded) return done; // Deleted in the meantime.
      await this.deliveries.replay(loaded, replay);
    }
    await this.dispatcher.take({ id, due: ref }, async () => loaded ?? this.#load(ref));
    return done; // Its end is in the log, or an alarm stands for it.
  }

  private async tell(fact: WebhookSource): Promise<Verdict> {
    const delivery = deliveryOf(fact);
    if (!delivery) return done; // No webhook tells of this kind of fact.
    const endpoint = await this.endpoints.of(delivery.due.projectId);
    const { type } = delivery;
    const asked = type === 'asset.test' && isOpen(endpoint, type);
    const how = asked ? 'send' : reception(endpoint, type);
    if (how === 'nothing') return done; // Nobody subscribed.
    if (how === 'hold') await this.deliveries.advance(delivery);
    else await this.dispatcher.take(delivery, async () => delivery);
    return done; // Its end is in the log, or an alarm stands for it.
  }

  async #load({ stream, seq }: WebhookDue): Promise<Delivery | undefined> {
    const fact = await this.log.get(stream, seq);
    return fact && deliveryOf(fact as WebhookSource);
  }
}
