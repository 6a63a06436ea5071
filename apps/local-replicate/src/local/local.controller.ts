import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { BearerGuard } from '../http/bearer.guard.js';
import { invalidInput } from '../http/replicate-error.js';
import { FaultQueue, faultSchema } from '../predictions/faults.js';
import { Journal } from '../predictions/journal.js';

const bodySchema = z.strictObject({ next: z.array(faultSchema).min(1).max(10_000) });

/** What the real Replicate does not have: faults on demand, and the journal that tests count. */
@Controller('_local')
@UseGuards(BearerGuard)
export class LocalController {
  constructor(
    private readonly faults: FaultQueue,
    private readonly journal: Journal,
  ) {}

  @Post('faults')
  @HttpCode(200)
  addFaults(@Body() body: unknown) {
    const parsed = bodySchema.safeParse(body);
    if (parsed.success) return { queued: this.faults.add(parsed.data.next) };
    throw invalidInput(
      parsed.error.issues.map(({ code, path, message }) => ({
        type: code,
        field: path.join('.'),
        description: message,
      })),
    );
  }

  @Get('journal')
  async lines() {
    return { lines: await this.journal.read() };
  }
}
