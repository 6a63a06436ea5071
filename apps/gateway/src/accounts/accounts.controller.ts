import { Controller, Get, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { MeAnswer, SessionAnswer, SignInBody, SignUpBody } from '@zoetrope/contracts/api/users';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { JsonBody } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { Accounts } from './accounts.js';
import { type Caller, CurrentCaller, Public } from './caller.js';
import { Sessions, type SignedIn, type User } from './sessions.js';

const shown = ({ id, email, name }: User) => ({ user: { id, email, name } });

@Controller('api/user')
export class AccountsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly accounts: Accounts,
  ) {}

  @Post('signup')
  @Public()
  @Documented({
    summary: 'Sign up with e-mail and password; sets the session cookie',
    body: SignUpBody,
    answer: { status: 201, schema: SessionAnswer },
    errors: ['validation_failed', 'origin_not_allowed', 'email_taken'],
  })
  async signUp(
    @JsonBody(SignUpBody) body: z.infer<typeof SignUpBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.welcome(await this.sessions.signUp(body), reply);
  }

  @Post('signin')
  @HttpCode(200)
  @Public()
  @Documented({
    summary: 'Sign in with e-mail and password; sets the session cookie',
    body: SignInBody,
    answer: { status: 200, schema: SessionAnswer },
    errors: ['validation_failed', 'invalid_credentials', 'origin_not_allowed'],
  })
  async signIn(
    @JsonBody(SignInBody) body: z.infer<typeof SignInBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.welcome(await this.sessions.signIn(body), reply);
  }

  @Post('signout')
  @HttpCode(200)
  @Public()
  @Documented({
    summary: 'Destroy the session',
    answer: { status: 200, schema: SessionAnswer },
    errors: ['origin_not_allowed'],
  })
  async signOut(
    @Headers('cookie') cookie: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    void reply.header('set-cookie', await this.sessions.signOut(cookie));
    return { user: null };
  }

  @Get('session')
  @Public()
  @Documented({
    summary: 'Who is signed in, if anybody',
    answer: { status: 200, schema: SessionAnswer },
    errors: [],
  })
  async session(
    @Headers('cookie') cookie: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    void reply.header('cache-control', 'no-store');
    const found = await this.sessions.find(cookie);
    if (found && found.cookies.length > 0) void reply.header('set-cookie', found.cookies);
    return found ? shown(found.user) : { user: null };
  }

  @Get('me')
  @Documented({
    summary: 'The signed-in user, plan and usage of the month',
    answer: { status: 200, schema: MeAnswer },
    errors: [],
  })
  me(@CurrentCaller() caller: Caller) {
    return this.accounts.describe(caller.user);
  }

  private async welcome(signedIn: SignedIn, reply: FastifyReply) {
    await this.accounts.ensureOpened(signedIn.user.id);
    void reply.header('set-cookie', signedIn.cookies);
    return shown(signedIn.user);
  }
}
