import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { AssetDeleted, AssetPrepared } from '@zoetrope/contracts/facts/request';
import { AssetId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, Public } from '../accounts/caller.js';
import { CallerWatch } from '../accounts/caller-watch.js';
import { Directory } from '../directory/directory.js';
import { ApiError } from '../http/api-error.js';
import { inEvenTime } from '../http/even-time.js';
import { Documented } from '../openapi/documented.js';
import { OwnAsset } from '../regenerate/own-asset.js';
import { SseRelay } from './sse-relay.js';

const answer = { status: 200, media: 'text/event-stream' } as const;

const assetPath = (assetId: AssetId): string => `/internal/sse/asset/${assetId}`;

/** Who may watch what; the events themselves come from a notifier (PRODUCT 6.1). */
@Controller()
export class SseController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly directory: Directory,
    private readonly assets: OwnAsset,
    private readonly sse: SseRelay,
    private readonly watch: CallerWatch,
  ) {}

  @Get('v1/:projectKey/events/:assetId')
  @Public()
  @Documented({
    summary:
      'Events of one asset for anybody with the project key; `Last-Event-ID` or `?last_event_id=` resumes',
    answer,
    errors: ['unknown_project_key', 'not_found', 'asset_deleted'],
  })
  async publicEvents(
    @Param('projectKey') projectKey: string,
    @Param('assetId') assetId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const project = this.directory.projectByKey(projectKey);
    if (project === undefined) throw new ApiError('unknown_project_key');
    const target = async () => assetPath(await inEvenTime(() => this.checkAsset(assetId, project.id)));
    await this.sse.relay(target, 'public', request, reply);
  }

  @Get('api/assets/:id/events')
  @Documented({ summary: 'Every event of one asset, for its owner', answer, errors: ['not_found'] })
  async ownerEvents(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const target = async () => assetPath((await this.assets.find(id, caller.userId)).assetId);
    this.watch.over(request, reply);
    await this.sse.relay(target, 'owner', request, reply);
  }

  @Get('api/projects/:id/activity')
  @Documented({
    summary: 'Every event of every asset of a project, for its owner',
    answer,
    errors: ['not_found'],
  })
  async activity(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const project = this.directory.ownProject(id, caller.userId);
    this.watch.over(request, reply);
    await this.sse.relay(async () => `/internal/sse/project/${project.id}`, 'owner', request, reply);
  }

  /** From the log itself: whoever just got a 202 for the asset may watch it at once. */
  private async checkAsset(id: string, projectId: string): Promise<AssetId> {
    const assetId = AssetId.safeParse(id);
    if (!assetId.success) throw new ApiError('not_found');
    const subject = assetSubject(assetId.data, 'request');
    const [first, last] = await Promise.all([this.log.first(subject), this.log.last(subject)]);
    // Of a purged asset only the deletion is left.
    const known = first && (AssetPrepared.is(first) || AssetDeleted.is(first)) ? first.data : undefined;
    if (known?.projectId !== projectId) throw new ApiError('not_found');
    if (last && AssetDeleted.is(last)) throw new ApiError('asset_deleted');
    return assetId.data;
  }
}
