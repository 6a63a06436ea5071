import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { BearerGuard } from '../http/bearer.guard.js';
import { invalidInput } from '../http/replicate-error.js';
import { FaultQueue, faultsBodySchema } from '../predictions/faults.js';
import { Journal } from '../predictions/journal.js';
import { FixtureGate } from '../runs/fixture-gate.js';

const fixturesBody = z.strictObject({ held: z.boolean() });

/** What the real Replicate does not have: faults on demand, fixtures on hold, and the journal that tests count. */
@Controller('_local')
@UseGuards(BearerGuard)
export class LocalController {
  constructor(
    private readonly faults: FaultQueue,
    private readonly gate: FixtureGate,
    private readonly journal: Journal,
  ) {}

  @Post('faults')
  @HttpCode(200)
  addFaults(@Body() body: unknown) {
    return { queued: this.faults.add(checked(faultsBodySchema, body)) };
  }

  /** While held, predictions of the fixture model start and do not end. */
  @Post('fixtures')
  @HttpCode(200)
  holdFixtures(@Body() body: unknown) {
    const { held } = checked(fixturesBody, body);
    if (held) this.gate.close();
    else this.gate.open();
    return { held };
  }

  @Get('journal')
  async lines() {
    return { lines: await this.journal.read() };
  }
}

function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidInput(
    parsed.error.issues.map(({ code, path, message }) => ({
      type: code,
      field: path.join('.'),
      description: message,
    })),
  );
}
