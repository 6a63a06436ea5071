import { Controller, Get, Inject } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { Public } from '../accounts/caller.js';
import type { GatewayConfig } from '../config.js';
import { buildOpenApi } from './build-openapi.js';
import { Documented } from './documented.js';
import { RouteCatalog } from './route-catalog.js';

@Controller('api')
export class OpenApiController {
  private document?: Record<string, unknown>;

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly catalog: RouteCatalog,
  ) {}

  @Get('openapi.json')
  @Public()
  @Documented({
    summary: 'This document',
    answer: { status: 200, media: 'application/json' },
    errors: [],
  })
  read() {
    this.document ??= buildOpenApi(this.catalog.routes(), this.config.PUBLIC_URL);
    return this.document;
  }
}
