import { Module } from '@nestjs/common';
import { Fence } from './fence.js';
import { PURGERS } from './purger.js';
import { SwitchVideoWhenMp4Stored } from './switch-video-when-mp4-stored.js';
import { Switchover } from './switchover.js';
import { ViewsPosition } from './views-position.js';

@Module({
  controllers: [SwitchVideoWhenMp4Stored],
  // No cache stands in front of the gateways here; each adapter will be one more entry.
  providers: [Fence, Switchover, ViewsPosition, { provide: PURGERS, useValue: [] }],
})
export class PurgeModule {}
