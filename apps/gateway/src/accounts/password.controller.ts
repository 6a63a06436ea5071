import { Controller, Get, Header, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ChangePasswordBody,
  ForgotPasswordAnswer,
  ForgotPasswordBody,
  ResetPasswordBody,
  SessionAnswer,
} from '@zoetrope/contracts/api/users';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { JsonBody } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { Attempts } from './attempts.js';
import { type Caller, CurrentCaller, Public, SessionOnly } from './caller.js';
import { clientAddress } from './client-address.js';
import { DeviceCookie } from './device-cookie.js';
import { Passwords } from './passwords.js';
import { RESET_PAGE, RESET_PAGE_POLICY } from './reset-page.js';

const MESSAGES = {
  email: 'if an account has this address, a link is on its way to it',
  operator: 'this installation sends no mail: ask whoever runs it for a link',
} as const;

const BODY_ERRORS = ['validation_failed', 'body_too_large', 'unsupported_media_type'] as const;

@Controller('api/user/password')
export class PasswordController {
  constructor(
    private readonly devices: DeviceCookie,
    private readonly passwords: Passwords,
    private readonly attempts: Attempts,
  ) {}

  @Post()
  @HttpCode(200)
  @SessionOnly()
  @Documented({
    summary: 'Change the password; ends every session and begins a new one here; API tokens stay',
    body: ChangePasswordBody,
    answer: { status: 200, schema: SessionAnswer },
    errors: [...BODY_ERRORS, 'origin_not_allowed', 'rate_limited'],
  })
  async change(
    @JsonBody(ChangePasswordBody) body: z.infer<typeof ChangePasswordBody>,
    @CurrentCaller() caller: Caller,
    @Headers('cookie') cookie: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const cookies = await this.passwords.change(caller, cookie, body);
    // In place of a cookie that prolonged the session which has just ended.
    void reply.removeHeader('set-cookie').header('set-cookie', cookies);
    const { id, email, name } = caller.user;
    return { user: { id, email, name } };
  }

  @Post('forgot')
  @HttpCode(200)
  @Public()
  @Documented({
    summary: 'Ask for a reset link by mail; the answer is the same for every address',
    body: ForgotPasswordBody,
    answer: { status: 200, schema: ForgotPasswordAnswer },
    errors: [...BODY_ERRORS, 'origin_not_allowed', 'rate_limited'],
  })
  async forgot(
    @JsonBody(ForgotPasswordBody) { email }: z.infer<typeof ForgotPasswordBody>,
    @Req() request: FastifyRequest,
  ) {
    await this.attempts.take(this.attempts.forgot(clientAddress(request.ip), email));
    const delivery = await this.passwords.forgot(email);
    return { delivery, message: MESSAGES[delivery] };
  }

  @Get('reset')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('content-security-policy', RESET_PAGE_POLICY)
  @Header('referrer-policy', 'no-referrer')
  @Documented({
    summary: 'Where reset links lead: a page to choose a new password',
    answer: { status: 200, media: 'text/html' },
    errors: [],
  })
  page(): string {
    return RESET_PAGE;
  }

  @Post('reset')
  @HttpCode(200)
  @Public()
  @Documented({
    summary: 'Choose a new password with a link’s token, which works once; ends every session',
    body: ResetPasswordBody,
    answer: { status: 200, schema: SessionAnswer },
    errors: [...BODY_ERRORS, 'origin_not_allowed', 'rate_limited'],
  })
  async reset(
    @JsonBody(ResetPasswordBody) body: z.infer<typeof ResetPasswordBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.attempts.take(this.attempts.reset(clientAddress(request.ip)));
    const email = await this.passwords.reset(body.token, body.new_password);
    // Whoever holds the link is no stranger: a siege of the account's sign-in does not keep them out.
    void reply.header('set-cookie', this.devices.issue(email));
    return { user: null };
  }
}
