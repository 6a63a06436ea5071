import { Module } from '@nestjs/common';
import { PurgeModule } from '../purge/purge.module.js';
import { ForgetAssetWhenDeleted } from './forget-asset-when-deleted.js';

@Module({ imports: [PurgeModule], controllers: [ForgetAssetWhenDeleted] })
export class DeletionModule {}
