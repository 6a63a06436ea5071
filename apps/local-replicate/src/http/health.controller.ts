import { Controller, Get } from '@nestjs/common';

/** The port opens only after the journal is restored, so an answer means ready. */
@Controller('health')
export class HealthController {
  @Get('live')
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  ready() {
    return { status: 'ok' };
  }
}
