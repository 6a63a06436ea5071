import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { InboxAnswer } from '@zoetrope/contracts/api/webhooks';
import type { FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, Public } from '../accounts/caller.js';
import { Directory } from '../directory/directory.js';
import { ApiError } from '../http/api-error.js';
import { IncomingBody } from '../http/incoming-body.js';
import { Documented, Internal } from '../openapi/documented.js';
import { WebhookInbox } from './inbox.js';

const headersOf = (request: FastifyRequest): Record<string, string> =>
  Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

@Controller()
export class WebhookInboxController {
  constructor(
    private readonly inbox: WebhookInbox,
    private readonly directory: Directory,
  ) {}

  @Get('api/projects/:id/webhooks/inbox')
  @Documented({
    summary: 'An address of this service to try webhooks with, and what reached it, verified',
    answer: { status: 200, schema: InboxAnswer },
    errors: ['not_found'],
  })
  async read(@Param('id') id: string, @CurrentCaller() { userId }: Caller) {
    const project = this.directory.ownProject(id, userId);
    return { url: this.inbox.addressOf(project.id), items: await this.inbox.items(project.id) };
  }

  /** Answers 200 to whatever came, as the receivers do that people write first; the verdict is in the list. */
  @Post('v1/inbox/:projectId/:token')
  @HttpCode(200)
  @Public()
  @Internal('the notifier, where a project sends its webhooks here')
  async receive(
    @Param('projectId') projectId: string,
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ) {
    if (!this.directory.project(projectId) || !this.inbox.isAddress(projectId, token))
      throw new ApiError('not_found');
    if (!(body instanceof IncomingBody) || !body.bytes) throw new ApiError('body_too_large');
    await this.inbox.receive(projectId, { headers: headersOf(request), body: body.bytes.toString('utf8') });
    return { received: true };
  }
}
