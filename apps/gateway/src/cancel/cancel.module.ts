import { Module } from '@nestjs/common';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { CancelController } from './cancel.controller.js';
import { CancelGeneration } from './cancel-generation.js';

@Module({ imports: [RegenerateModule], controllers: [CancelController], providers: [CancelGeneration] })
export class CancelModule {}
