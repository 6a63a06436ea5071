import { Module } from '@nestjs/common';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { BrandPreviewController } from './brand-preview.controller.js';

@Module({ imports: [RegenerateModule], controllers: [BrandPreviewController] })
export class BrandPreviewModule {}
