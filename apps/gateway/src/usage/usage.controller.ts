import { Controller, Get } from '@nestjs/common';
import { UsageAnswer, UsageQuery } from '@zoetrope/contracts/api/users';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { ValidQuery } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { DailyUsage } from './daily-usage.js';

@Controller('api/user')
export class UsageController {
  constructor(private readonly usage: DailyUsage) {}

  @Get('usage')
  @Documented({
    summary: 'Charged generations by UTC day, over all projects',
    query: UsageQuery,
    answer: { status: 200, schema: UsageAnswer },
    errors: ['validation_failed'],
  })
  byDay(@ValidQuery(UsageQuery) { days }: z.infer<typeof UsageQuery>, @CurrentCaller() { userId }: Caller) {
    return this.usage.of(userId, days);
  }
}
