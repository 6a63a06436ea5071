import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import {
  DeliveriesQuery,
  DeliveryList,
  DeliveryView,
  ReplayOneAnswer,
  ReplayRangeAnswer,
  ReplayRangeBody,
} from '@zoetrope/contracts/api/webhooks';
import { type CommandId, PathId, type ProjectId } from '@zoetrope/contracts/ids';
import type { WebhookDue } from '@zoetrope/contracts/messages';
import { webhookAlarm } from '@zoetrope/contracts/subjects';
import type { Project } from '@zoetrope/domain/project';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Directory } from '../directory/directory.js';
import { ApiError, formError } from '../http/api-error.js';
import { JsonBody, ValidQuery } from '../http/json-body.js';
import { TakesKey } from '../idempotency/key.guard.js';
import { Keyed } from '../idempotency/keyed.js';
import { Documented } from '../openapi/documented.js';
import { DeliveryHistory, type DeliveryRecord, itemOf, type Replayable } from './delivery-history.js';
import { Payloads } from './payloads.js';

/** How many are rung at once. */
const AT_ONCE = 50;

/** What was sent to a project's endpoint, and sending it again. */
@Controller('api/projects/:id/webhooks')
export class DeliveriesController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly directory: Directory,
    private readonly history: DeliveryHistory,
    private readonly payloads: Payloads,
    private readonly keyed: Keyed,
  ) {}

  @Get('deliveries')
  @Documented({
    summary: 'The last 1000 webhook deliveries, newest first',
    query: DeliveriesQuery,
    answer: { status: 200, schema: DeliveryList },
    errors: ['validation_failed', 'not_found'],
  })
  async list(
    @Param('id') id: string,
    @ValidQuery(DeliveriesQuery) query: z.infer<typeof DeliveriesQuery>,
    @CurrentCaller() { userId }: Caller,
  ) {
    return this.history.page(this.directory.ownProject(id, userId).id, query);
  }

  @Get('deliveries/:deliveryId')
  @Documented({
    summary: 'One webhook delivery with its payload',
    answer: { status: 200, schema: DeliveryView },
    errors: ['not_found'],
  })
  async read(
    @Param('id') id: string,
    @Param('deliveryId') deliveryId: string,
    @CurrentCaller() { userId }: Caller,
  ) {
    const project = this.directory.ownProject(id, userId);
    const delivery = await this.find(project, deliveryId);
    return { ...itemOf(delivery), payload_json: await this.payloads.of(project, delivery) };
  }

  /** The notifier sends it, in its turn. */
  @Post('deliveries/:deliveryId/replay')
  @HttpCode(202)
  @TakesKey()
  @Documented({
    summary: 'Send one event again, under the same webhook-id',
    answer: { status: 202, schema: ReplayOneAnswer },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'not_found',
      'idempotency_in_progress',
      'idempotency_mismatch',
    ],
    idempotent: true,
  })
  async replay(
    @Param('id') id: string,
    @Param('deliveryId') deliveryId: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const project = this.directory.ownProject(id, caller.userId);
    const { source_seq, stream, event_id, event_type } = await this.find(project, deliveryId);
    if (event_type !== 'asset.test') this.mustBeOpen(project);
    if (source_seq === null) throw formError('this delivery is from before replays: regenerate instead');
    const call = { request, reply, caller, bucket: 'other' as const, body: {} };
    return this.keyed.run(call, async (commandId) => {
      await this.ring(project.id, { id: deliveryId, stream, seq: source_seq }, commandId);
      return { kind: 'answer', status: 202, body: { id: deliveryId, event_id, status: 'pending' } };
    });
  }

  /** Chosen once for the key; how far a run came does not matter, since every command counts once for a delivery. */
  @Post('replay')
  @HttpCode(202)
  @TakesKey()
  @Documented({
    summary:
      'Send all events of a time range again, up to 1000 in a call; `dry_run` counts them, `next_from` goes on',
    body: ReplayRangeBody,
    answer: { status: 202, schema: ReplayRangeAnswer },
    also: { 200: 'with `dry_run`' },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'not_found',
      'idempotency_in_progress',
      'body_too_large',
      'unsupported_media_type',
      'idempotency_mismatch',
    ],
    idempotent: true,
  })
  async replayRange(
    @Param('id') id: string,
    @JsonBody(ReplayRangeBody) body: z.infer<typeof ReplayRangeBody>,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const project = this.directory.ownProject(id, caller.userId);
    if (body.dry_run) {
      void reply.code(200);
      return { dry_run: true, count: await this.history.count(project.id, body), next_from: null };
    }
    this.mustBeOpen(project);
    const call = { request, reply, caller, bucket: 'other' as const, body };
    return this.keyed.run(call, async (commandId, _after, once) => {
      const { chosen, nextFrom } = await once(() => this.history.chosen(project.id, body));
      for (let at = 0; at < chosen.length; at += AT_ONCE) {
        const some = chosen.slice(at, at + AT_ONCE);
        await Promise.all(some.map((one) => this.ring(project.id, one, commandId)));
      }
      const answer = { dry_run: false, count: chosen.length, next_from: nextFrom };
      return { kind: 'answer', status: 202, body: answer };
    });
  }

  private async find(project: Project, id: string): Promise<DeliveryRecord> {
    const known = PathId.safeParse(id);
    const delivery = known.success ? await this.history.one(project.id, known.data) : undefined;
    if (!delivery) throw new ApiError('not_found');
    return delivery;
  }

  /** What is replayed to a disabled endpoint would only be held again. */
  private mustBeOpen(project: Project): void {
    if (!project.webhooksEnabled) throw formError('webhooks are disabled: enable them first');
  }

  private async ring(
    projectId: ProjectId,
    { id, stream, seq }: Replayable,
    replay: CommandId,
  ): Promise<void> {
    const due: WebhookDue = { projectId, stream, seq, replay };
    await this.log.alarms.ring('notifier', webhookAlarm(id), due);
  }
}
