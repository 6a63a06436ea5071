import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { BearerGuard } from '../http/bearer.guard.js';

/** `GET /v1/webhooks/default/secret`: what webhooks are signed with. */
@Controller('v1/webhooks/default/secret')
@UseGuards(BearerGuard)
export class WebhookSecretController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @Get()
  get() {
    return { key: this.config.WEBHOOK_SECRET };
  }
}
