import { Module } from '@nestjs/common';
import { AssetViewModule } from '../asset-view/asset-view.module.js';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { TimelineController } from './timeline.controller.js';
import { Timeline } from './timeline.js';

/** An asset's story out of the log, for its owner. */
@Module({
  imports: [AssetViewModule, RegenerateModule],
  controllers: [TimelineController],
  providers: [Timeline],
})
export class TimelineModule {}
