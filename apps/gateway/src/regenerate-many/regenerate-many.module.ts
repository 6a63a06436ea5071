import { Module } from '@nestjs/common';
import { ProjectionsModule } from '../projections/projections.module.js';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { ChosenAssets } from './chosen-assets.js';
import { RegenerateManyController } from './regenerate-many.controller.js';
import { RegenerateMany } from './regenerate-many.js';

@Module({
  imports: [ProjectionsModule, RegenerateModule],
  controllers: [RegenerateManyController],
  providers: [ChosenAssets, RegenerateMany],
})
export class RegenerateManyModule {}
