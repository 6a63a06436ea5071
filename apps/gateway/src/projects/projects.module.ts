import { Module } from '@nestjs/common';
import { ProjectsController } from './projects.controller.js';
import { Projects } from './projects.js';
import { ProxyAccessController } from './proxy-access.controller.js';
import { ProxyAccess } from './proxy-access.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({
  controllers: [ProjectsController, ProxyAccessController, WebhooksController],
  providers: [Projects, ProxyAccess, WebhookSecrets],
})
export class ProjectsModule {}
