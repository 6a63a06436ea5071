import { Module } from '@nestjs/common';
import { DeleteAssetModule } from '../delete-asset/delete-asset.module.js';
import { DirectoryModule } from '../directory/directory.module.js';
import { ProjectionsModule } from '../projections/projections.module.js';
import { DeleteAssetsWhenProjectDeleted } from './delete-assets-when-project-deleted.js';
import { DeleteProjectController } from './delete-project.controller.js';
import { DeleteProject } from './delete-project.js';
import { ProjectRemains } from './project-remains.js';

@Module({
  imports: [DeleteAssetModule, DirectoryModule, ProjectionsModule],
  controllers: [DeleteProjectController, DeleteAssetsWhenProjectDeleted],
  providers: [DeleteProject, ProjectRemains],
  exports: [DeleteProject],
})
export class DeleteProjectModule {}
