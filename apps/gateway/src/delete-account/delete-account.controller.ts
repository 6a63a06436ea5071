import { Controller, Delete, Headers, HttpCode, Res } from '@nestjs/common';
import { DeleteAccountBody } from '@zoetrope/contracts/api/delete-account';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type Caller, CurrentCaller, SessionOnly } from '../accounts/caller.js';
import { Sessions } from '../accounts/sessions.js';
import { fieldError } from '../http/api-error.js';
import { JsonBody } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { DeleteAccount } from './delete-account.js';

@Controller('api/user/me')
export class DeleteAccountController {
  constructor(
    private readonly accounts: DeleteAccount,
    private readonly sessions: Sessions,
  ) {}

  @Delete()
  @HttpCode(204)
  @SessionOnly()
  @Documented({
    summary:
      'Delete the account for ever, with its projects, assets, sessions and tokens; `confirm` is its e-mail address',
    body: DeleteAccountBody,
    answer: { status: 204 },
    errors: ['validation_failed', 'body_too_large', 'unsupported_media_type', 'origin_not_allowed'],
  })
  async delete(
    @JsonBody(DeleteAccountBody) { confirm }: z.infer<typeof DeleteAccountBody>,
    @CurrentCaller() caller: Caller,
    @Headers('cookie') cookie: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (confirm.toLowerCase() !== caller.user.email.toLowerCase())
      throw fieldError('confirm', 'must be the e-mail address of the account');
    await this.accounts.delete(caller.userId);
    void reply.removeHeader('set-cookie').header('set-cookie', await this.sessions.signOut(cookie));
  }
}
