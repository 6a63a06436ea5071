import { Module } from '@nestjs/common';
import { DeleteAssetController } from './delete-asset.controller.js';
import { DeleteAsset } from './delete-asset.js';
import { DeletionFence } from './deletion-fence.js';

@Module({
  controllers: [DeleteAssetController],
  providers: [DeleteAsset, DeletionFence],
  exports: [DeleteAsset],
})
export class DeleteAssetModule {}
