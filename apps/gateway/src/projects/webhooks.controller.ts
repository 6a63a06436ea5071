import { Controller, Get, Inject, Param, Put } from '@nestjs/common';
import { WebhooksBody, WebhooksView } from '@zoetrope/contracts/api/projects';
import { WebhooksConfigured } from '@zoetrope/contracts/facts/tenant';
import { type Cidr, parseCidrList } from '@zoetrope/egress/address';
import { checkUrl } from '@zoetrope/egress/url';
import { CONFIG } from '@zoetrope/platform/config';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import type { GatewayConfig } from '../config.js';
import { Directory } from '../directory/directory.js';
import type { Project } from '../directory/project.js';
import { fieldError } from '../http/api-error.js';
import { JsonBody } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { Projects } from './projects.js';
import { WebhookSecrets } from './webhook-secrets.js';

type Asked = z.infer<typeof WebhooksBody>;

@Controller('api/projects/:id/webhooks')
export class WebhooksController {
  private readonly allowed: readonly Cidr[];

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
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
    return {
      webhook_url: project.webhookUrl,
      webhook_events: project.webhookEvents,
      webhooks_enabled: project.webhooksEnabled,
      webhook_secret_preview: await this.secrets.preview(project.id),
    };
  }
}
