import { Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import {
  type ManyFilter,
  RegenerateManyAnswer,
  RegenerateManyBody,
  type RegenerateManyForecast,
} from '@zoetrope/contracts/api/regenerate-many';
import type { Project } from '@zoetrope/domain/project';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Accounts } from '../accounts/accounts.js';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Directory } from '../directory/directory.js';
import { numericCursor } from '../http/cursor.js';
import { JsonBody } from '../http/json-body.js';
import { TakesKey } from '../idempotency/key.guard.js';
import { Keyed } from '../idempotency/keyed.js';
import { Documented } from '../openapi/documented.js';
import { RateBucket } from '../rate-limit/rate-limit.guard.js';
import { ChosenAssets } from './chosen-assets.js';
import { forecast } from './forecast.js';
import { partsOf, RegenerateMany } from './regenerate-many.js';

@Controller('api/projects')
export class RegenerateManyController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly directory: Directory,
    private readonly accounts: Accounts,
    private readonly chosen: ChosenAssets,
    private readonly many: RegenerateMany,
    private readonly keyed: Keyed,
  ) {}

  @Post(':id/regenerate')
  @HttpCode(200)
  @TakesKey()
  @RateBucket('regenerate')
  @Documented({
    summary:
      'Make up to 100 videos of a project again; `next_cursor` goes on, `dry_run` says how many and at what cost',
    body: RegenerateManyBody,
    answer: { status: 200, schema: RegenerateManyAnswer },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'not_found',
      'idempotency_in_progress',
      'body_too_large',
      'unsupported_media_type',
      'idempotency_mismatch',
      'quota_exceeded',
      'overage_disabled',
    ],
    idempotent: true,
  })
  async regenerate(
    @Param('id') id: string,
    @JsonBody(RegenerateManyBody) body: RegenerateManyBody,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { filter, dryRun, cursor, limit, asked } = partsOf(body);
    const before = numericCursor('cursor', cursor);
    const project = this.directory.ownProject(id, caller.userId);
    if (dryRun) return this.forecast(project, filter);
    const after = await this.log.lastStreamSeq('ASSETS');
    const call = { request, reply, caller, bucket: 'regenerate' as const, body, after };
    return this.keyed.run(call, this.many.command({ project, filter, asked, page: { before, limit } }));
  }

  private async forecast(
    project: Project,
    filter: ManyFilter,
  ): Promise<z.infer<typeof RegenerateManyForecast>> {
    const { overageEnabled, overageCap, ownerId } = project;
    const { plan, ledger, generations } = await this.accounts.month(ownerId);
    const count = await this.chosen.count(project.id, filter);
    const would_use = forecast(count, ledger, { plan, overageEnabled, overageCap });
    return { dry_run: true, count, would_use, generations };
  }
}
