import { Global, Module } from '@nestjs/common';
import { DashboardController } from './dashboard.controller.js';
import { DashboardPage } from './dashboard-page.js';

/** Serves the built browser application. Global: the error filter shows it where a page is missing. */
@Global()
@Module({ controllers: [DashboardController], providers: [DashboardPage], exports: [DashboardPage] })
export class DashboardModule {}
