import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CreatedTokenAnswer, CreateTokenBody, TokensAnswer } from '@zoetrope/contracts/api/users';
import type { z } from 'zod';
import { ApiError } from '../http/api-error.js';
import { JsonBody } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { ApiTokens } from './api-tokens.js';
import { type Caller, CurrentCaller, SessionOnly } from './caller.js';

/** API tokens, managed by people who are signed in: a token that is found somewhere makes no further ones. */
@Controller('api/user/tokens')
@SessionOnly()
export class TokensController {
  constructor(private readonly tokens: ApiTokens) {}

  @Get()
  @Documented({
    summary: 'Your API tokens, newest first, without the tokens themselves',
    answer: { status: 200, schema: TokensAnswer },
    errors: [],
  })
  async list(@CurrentCaller() caller: Caller) {
    return { items: await this.tokens.list(caller.userId), next_cursor: null };
  }

  @Post()
  @HttpCode(201)
  @Documented({
    summary: 'Make an API token of scope read (default) or write; it is shown this once',
    body: CreateTokenBody,
    answer: { status: 201, schema: CreatedTokenAnswer },
    errors: ['validation_failed', 'origin_not_allowed', 'body_too_large', 'unsupported_media_type'],
  })
  create(@JsonBody(CreateTokenBody) body: z.infer<typeof CreateTokenBody>, @CurrentCaller() caller: Caller) {
    return this.tokens.create(caller.userId, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Documented({
    summary: 'Revoke an API token; its next call is 401',
    answer: { status: 204 },
    errors: ['origin_not_allowed', 'not_found'],
  })
  async revoke(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    if (!(await this.tokens.revoke(caller.userId, id))) throw new ApiError('not_found');
  }
}
