import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { BearerGuard } from '../http/bearer.guard.js';
import { invalidInput } from '../http/replicate-error.js';
import { FaultQueue, faultsBodySchema } from '../predictions/faults.js';
import { Journal } from '../predictions/journal.js';

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
    const parsed = faultsBodySchema.safeParse(body);
    if (parsed.success) return { queued: this.faults.add(parsed.data) };
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
