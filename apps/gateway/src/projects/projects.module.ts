import { Module } from '@nestjs/common';
import { ProjectsController } from './projects.controller.js';
import { Projects } from './projects.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({ controllers: [ProjectsController, WebhooksController], providers: [Projects, WebhookSecrets] })
export class ProjectsModule {}
