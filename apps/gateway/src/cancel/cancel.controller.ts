import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CancelAnswer } from '@zoetrope/contracts/api/assets';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Documented } from '../openapi/documented.js';
import { OwnAsset } from '../regenerate/own-asset.js';
import { CancelGeneration } from './cancel-generation.js';

@Controller('api/assets')
export class CancelController {
  constructor(
    private readonly assets: OwnAsset,
    private readonly generations: CancelGeneration,
  ) {}

  @Post(':id/cancel')
  @HttpCode(200)
  @Documented({
    summary: 'End the generation in flight; the last good video stays',
    answer: { status: 200, schema: CancelAnswer },
    errors: ['origin_not_allowed', 'not_found'],
  })
  async cancel(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    const { assetId } = await this.assets.find(id, caller.userId);
    return { asset_id: assetId, status: await this.generations.cancel(assetId) };
  }
}
