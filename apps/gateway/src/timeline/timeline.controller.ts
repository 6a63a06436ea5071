import { Controller, Get, Param } from '@nestjs/common';
import { PurgesAnswer, TimelineAnswer, TimelineQuery } from '@zoetrope/contracts/api/timeline';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { AssetViews } from '../asset-view/asset-views.js';
import { ValidQuery } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { OwnAsset } from '../regenerate/own-asset.js';
import { Timeline } from './timeline.js';

@Controller('api/assets')
export class TimelineController {
  constructor(
    private readonly assets: OwnAsset,
    private readonly views: AssetViews,
    private readonly timeline: Timeline,
  ) {}

  @Get(':id/timeline')
  @Documented({
    summary: 'Every event of one generation out of the log, oldest first; of the newest one unless told',
    query: TimelineQuery,
    answer: { status: 200, schema: TimelineAnswer },
    errors: ['validation_failed', 'not_found'],
  })
  async events(
    @Param('id') id: string,
    @ValidQuery(TimelineQuery) query: z.infer<typeof TimelineQuery>,
    @CurrentCaller() caller: Caller,
  ) {
    const { assetId } = await this.assets.find(id, caller.userId);
    const newest = async () => (await this.views.detail(assetId)).generations[0]?.generation ?? 1;
    return this.timeline.of(assetId, query.generation ?? (await newest()));
  }

  @Get(':id/purges')
  @Documented({
    summary: 'How each configured cache took the asset’s last purge',
    answer: { status: 200, schema: PurgesAnswer },
    errors: ['not_found'],
  })
  async purges(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    const { assetId } = await this.assets.find(id, caller.userId);
    return this.timeline.purges(assetId);
  }
}
