import { Controller, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import {
  RotateWebhookSecretAnswer,
  WebhooksBody,
  WebhooksView,
  WebhookTestAnswer,
} from '@zoetrope/contracts/api/webhooks';
import { WebhooksConfigured } from '@zoetrope/contracts/facts/tenant';
import type { WebhookTestDue } from '@zoetrope/contracts/messages';
import { webhookTestAlarm } from '@zoetrope/contracts/subjects';
import { DISABLED_AFTER_MS } from '@zoetrope/domain/endpoint';
import type { Project } from '@zoetrope/domain/project';
import { type Cidr, parseCidrList } from '@zoetrope/egress/address';
import { checkUrl } from '@zoetrope/egress/url';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { deliveryIdOf, eventIdOf } from '@zoetrope/platform/webhook-ids';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import type { GatewayConfig } from '../config.js';
import { Directory } from '../directory/directory.js';
import { fieldError, formError } from '../http/api-error.js';
import { JsonBody } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { Projects } from '../projects/projects.js';
import { RateBucket } from '../rate-limit/rate-limit.guard.js';
import { WebhookSecrets } from './webhook-secrets.js';

type Asked = z.infer<typeof WebhooksBody>;

@Controller('api/projects/:id/webhooks')
export class WebhooksController {
  private readonly allowed: readonly Cidr[];

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(IDS) private readonly ids: Ids,
    private readonly projects: Projects,
    private readonly directory: Directory,
    private readonly secrets: WebhookSecrets,
  ) {
    this.allowed = parseCidrList(config.ZOETROPE_EGRESS_ALLOW.join(','));
  }

  @Get()
  @Documented({
    summary: 'Where webhooks go',
    answer: { status: 200, schema: WebhooksView },
    errors: ['not_found'],
  })
  async read(@Param('id') id: string, @CurrentCaller() { userId }: Caller) {
    return this.view(this.directory.ownProject(id, userId));
  }

  @Put()
  @Documented({
    summary: 'Set where webhooks go; the first time it also returns the signing secret, once',
    body: WebhooksBody,
    answer: { status: 200, schema: WebhooksView },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'not_found',
      'body_too_large',
      'unsupported_media_type',
    ],
  })
  async write(
    @Param('id') id: string,
    @JsonBody(WebhooksBody) body: Asked,
    @CurrentCaller() { userId }: Caller,
  ) {
    if (body.webhook_url) this.checkAddress(body.webhook_url);
    const project = this.directory.ownProject(id, userId);
    this.configured(project, body);
    // The secret comes first: an endpoint that is configured must never be without one.
    const minted = await this.secrets.mint(project.id);
    const changed = await this.projects.change(id, userId, (now) => this.configured(now, body));
    return { ...(await this.view(changed)), ...(minted && { webhook_secret: minted }) };
  }

  @Post('rotate-secret')
  @HttpCode(200)
  @Documented({
    summary: 'A new signing secret, shown once; the old one signs beside it for 24 hours more',
    answer: { status: 200, schema: RotateWebhookSecretAnswer },
    errors: ['origin_not_allowed', 'not_found'],
  })
  async rotate(@Param('id') id: string, @CurrentCaller() { userId }: Caller) {
    const project = this.directory.ownProject(id, userId);
    return { webhook_secret: await this.secrets.rotate(project.id) };
  }

  /** The notifier sends it, in its turn; the list of deliveries tells how it ended. */
  @Post('test')
  @HttpCode(202)
  @RateBucket('webhooks_test')
  @Documented({
    summary: 'Send an asset.test event; the first one that is delivered enables webhooks',
    answer: { status: 202, schema: WebhookTestAnswer },
    errors: ['validation_failed', 'origin_not_allowed', 'not_found'],
  })
  async test(@Param('id') id: string, @CurrentCaller() { userId }: Caller) {
    const project = this.directory.ownProject(id, userId);
    if (project.webhookUrl === null) throw formError('there is no webhook_url to send to');
    const due: WebhookTestDue = { projectId: project.id, commandId: this.ids.commandId() };
    await this.log.alarms.ring('notifier', webhookTestAlarm(project.id), due);
    const eventId = eventIdOf(due.commandId);
    return { event_id: eventId, delivery_id: deliveryIdOf(eventId, project.id) };
  }

  /** Private ranges are refused here, and again when the notifier connects. */
  private checkAddress(url: string): void {
    const checked = checkUrl(url, { allow: this.allowed });
    if (!checked.ok) throw fieldError('webhook_url', checked.refusal.message);
  }

  private configured(project: Project, body: Asked) {
    const url = body.webhook_url === undefined ? project.webhookUrl : body.webhook_url;
    const enabled = body.webhooks_enabled ?? (url !== null && project.webhooksEnabled);
    if (enabled && url === null) throw fieldError('webhooks_enabled', 'there is no webhook_url to send to');
    const events = body.webhook_events ?? [...project.webhookEvents];
    return WebhooksConfigured({ projectId: project.id, ownerId: project.ownerId, url, events, enabled });
  }

  private async view(project: Project) {
    const since = project.webhooksFailingSince;
    return {
      webhook_url: project.webhookUrl,
      webhook_events: project.webhookEvents,
      webhooks_enabled: project.webhooksEnabled,
      webhook_secret_preview: await this.secrets.preview(project.id),
      webhooks_disabled: project.webhooksDisabled ?? null,
      webhooks_failing: since === undefined ? null : { since, disables_at: since + DISABLED_AFTER_MS },
    };
  }
}
