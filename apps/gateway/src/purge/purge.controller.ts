import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { PurgeAnswer } from '@zoetrope/contracts/api/assets';
import type { PurgeDue } from '@zoetrope/contracts/messages';
import { purgeAlarm } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Documented } from '../openapi/documented.js';
import { OwnAsset } from '../regenerate/own-asset.js';

@Controller('api/assets')
export class PurgeController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(IDS) private readonly ids: Ids,
    private readonly assets: OwnAsset,
  ) {}

  /** The notifier purges on its own time; `cache_purged` tells when, and which caches. */
  @Post(':id/purge')
  @HttpCode(202)
  @Documented({
    summary: 'Purge the asset from every configured cache again; cache_purged tells when it is done',
    answer: { status: 202, schema: PurgeAnswer },
    errors: ['origin_not_allowed', 'not_found'],
  })
  async purge(@Param('id') id: string, @CurrentCaller() caller: Caller, @Req() request: FastifyRequest) {
    const { assetId, projectId } = await this.assets.find(id, caller.userId);
    const due: PurgeDue = { kind: 'again', assetId, projectId, commandId: this.ids.commandId() };
    await this.log.alarms.ring('notifier', purgeAlarm(assetId), due);
    return { asset_id: assetId, request_id: request.id };
  }
}
