import { Controller, Inject } from '@nestjs/common';
import { EndpointTestAsked, EndpointThresholdRaised } from '@zoetrope/contracts/facts/endpoint';
import { QuotaThresholdReached } from '@zoetrope/contracts/facts/ledger';
import { Period, ProjectId } from '@zoetrope/contracts/ids';
import { WebhookTestDue } from '@zoetrope/contracts/messages';
import { FILTERS, WEBHOOK_TEST_ALARMS } from '@zoetrope/contracts/subjects';
import { reception } from '@zoetrope/domain/endpoint';
import { OnDue, OnFact, type Received, type ReceivedAlarm } from '@zoetrope/eventlog/transport';
import { done, park, type Verdict } from '@zoetrope/eventlog/verdict';
import { eventIdOf } from '@zoetrope/platform/webhook-ids';
import type { Pool } from 'pg';
import { DATABASE } from '../database.js';
import { Endpoints } from './endpoints.js';

/** Events that are about no asset become facts of their endpoint, which are then told like any other. */
@Controller()
export class RaiseNotices {
  constructor(
    private readonly endpoints: Endpoints,
    @Inject(DATABASE) private readonly pool: Pool,
  ) {}

  @OnDue({
    service: 'notifier',
    names: WEBHOOK_TEST_ALARMS,
    durable: 'notifier-webhook-tests',
    lane: ({ subject }) => subject,
  })
  async test({ alarm }: ReceivedAlarm): Promise<Verdict> {
    const asked = WebhookTestDue.safeParse(alarm.data);
    if (!asked.success) return park('asks for no test'); // It will not when it comes again either.
    const { projectId, commandId } = asked.data;
    const eventId = eventIdOf(commandId);
    await this.endpoints.record(projectId, commandId, ({ raised, deleted }) =>
      deleted || raised.includes(eventId) ? undefined : EndpointTestAsked({ projectId, eventId }),
    );
    return done; // The fact is there, and has its own consumer.
  }

  @OnFact(QuotaThresholdReached, {
    stream: 'QUOTA',
    filter: FILTERS.ledgers,
    durable: 'notifier-thresholds',
  })
  async threshold({ fact }: Received<typeof QuotaThresholdReached>): Promise<Verdict> {
    // `quota.<ownerId>.<yyyy-mm>`: the subject names owner and period (contracts/subjects).
    const [, ownerId = '', period = ''] = fact.meta.subject.split('.');
    const { plan, limit, percent, used, overage } = fact.data;
    const told = { period: Period.parse(period), plan, limit, percent, used, overage };
    for (const projectId of await this.#projectsOf(ownerId)) {
      const eventId = eventIdOf(`${fact.meta.id} ${projectId}`);
      await this.endpoints.record(projectId, fact.meta.id, (endpoint) => {
        const wanted = reception(endpoint, 'quota.threshold') !== 'nothing';
        if (!wanted || endpoint.raised.includes(eventId)) return undefined;
        return EndpointThresholdRaised({ projectId, eventId, ...told });
      });
    }
    return done; // Every project that wants to hear has its own fact.
  }

  async #projectsOf(ownerId: string): Promise<ProjectId[]> {
    const text = 'select id from views.project where owner_id = $1 and not deleted';
    const { rows } = await this.pool.query<{ id: string }>(text, [ownerId]);
    return rows.map(({ id }) => ProjectId.parse(id));
  }
}
