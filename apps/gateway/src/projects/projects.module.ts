import { Module } from '@nestjs/common';
import { ProjectsController } from './projects.controller.js';
import { Projects } from './projects.js';
import { ProxyAccessController } from './proxy-access.controller.js';
import { ProxyAccess } from './proxy-access.js';

@Module({
  controllers: [ProjectsController, ProxyAccessController],
  providers: [Projects, ProxyAccess],
  exports: [Projects],
})
export class ProjectsModule {}
