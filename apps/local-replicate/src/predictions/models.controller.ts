import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { BaseUrl } from '../http/base-url.js';
import { BearerGuard } from '../http/bearer.guard.js';
import { knownModel, versionOf } from './create-request.js';

/** Replicate's description of a model, with the schema that its inputs are checked against. */
@Controller('v1/models')
@UseGuards(BearerGuard)
export class ModelsController {
  constructor(private readonly baseUrl: BaseUrl) {}

  @Get(':owner/:name')
  get(@Param('owner') owner: string, @Param('name') name: string) {
    const { schema } = knownModel(owner, name);
    const Output = { title: 'Output', type: 'string', format: 'uri' };
    return {
      url: this.baseUrl.of(`/v1/models/${owner}/${name}`),
      owner,
      name,
      visibility: 'public',
      latest_version: {
        id: versionOf(`${owner}/${name}`),
        openapi_schema: { openapi: '3.0.2', components: { schemas: { Input: schema, Output } } },
      },
    };
  }
}
