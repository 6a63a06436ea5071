import { Module } from '@nestjs/common';
import { PrepareModule } from '../prepare/prepare.module.js';
import { ServingModule } from '../serving/serving.module.js';
import { Admission } from './admission.js';
import { FirstGeneration } from './first-generation.js';
import { Posters } from './posters.js';
import { ProxyController } from './proxy.controller.js';

/** `/v1/{projectKey}/{src}.{format}`. */
@Module({
  imports: [PrepareModule, ServingModule],
  controllers: [ProxyController],
  providers: [Admission, FirstGeneration, Posters],
})
export class ProxyUrlModule {}
