import { Module } from '@nestjs/common';
import { DailyUsage } from './daily-usage.js';
import { UsageController } from './usage.controller.js';

@Module({ controllers: [UsageController], providers: [DailyUsage] })
export class UsageModule {}
