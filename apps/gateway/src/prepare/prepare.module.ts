import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { PrepareController } from './prepare.controller.js';
import { PrepareAsset } from './prepare-asset.js';

@Module({
  imports: [IdempotencyModule, RegenerateModule],
  controllers: [PrepareController],
  providers: [PrepareAsset],
  exports: [PrepareAsset],
})
export class PrepareModule {}
