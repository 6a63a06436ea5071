import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { AskGeneration } from './ask-generation.js';
import { Decisions } from './decisions.js';
import { OwnAsset } from './own-asset.js';
import { RegenerateController } from './regenerate.controller.js';

@Module({
  imports: [IdempotencyModule],
  controllers: [RegenerateController],
  providers: [Decisions, AskGeneration, OwnAsset],
  exports: [Decisions, AskGeneration, OwnAsset],
})
export class RegenerateModule {}
