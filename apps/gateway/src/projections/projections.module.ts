import { Module } from '@nestjs/common';
import { Positions } from './positions.js';
import { ProjectionLagMetrics } from './projection-lag-metrics.js';
import { ProjectionRunner } from './projection-runner.js';

/** Read models of schema `views`, kept up to date from the log. */
@Module({ providers: [Positions, ProjectionRunner, ProjectionLagMetrics], exports: [Positions] })
export class ProjectionsModule {}
