import { Module } from '@nestjs/common';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { PurgeController } from './purge.controller.js';

@Module({ imports: [RegenerateModule], controllers: [PurgeController] })
export class PurgeModule {}
