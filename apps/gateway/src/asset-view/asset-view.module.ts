import { Module } from '@nestjs/common';
import { ProjectionsModule } from '../projections/projections.module.js';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { ServingModule } from '../serving/serving.module.js';
import { AssetViewController } from './asset-view.controller.js';
import { AssetViews } from './asset-views.js';
import { FreshRows } from './fresh-rows.js';

/** Assets as their owners read them. */
@Module({
  imports: [ProjectionsModule, RegenerateModule, ServingModule],
  controllers: [AssetViewController],
  providers: [FreshRows, AssetViews],
  exports: [AssetViews],
})
export class AssetViewModule {}
