import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { UploadsController } from './uploads.controller.js';

@Module({ imports: [IdempotencyModule], controllers: [UploadsController] })
export class UploadModule {}
