import { Controller, Get, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { MeAnswer, SessionAnswer, SignInBody, SignOutQuery, SignUpBody } from '@zoetrope/contracts/api/users';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { JsonBody, ValidQuery } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { Accounts } from './accounts.js';
import { type Caller, CurrentCaller, Public } from './caller.js';
import { Entrance } from './entrance.js';
import { Sessions, type SignedIn } from './sessions.js';
import type { User } from './user.js';

const shown = ({ id, email, name }: User) => ({ user: { id, email, name } });

@Controller('api/user')
export class AccountsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly entrance: Entrance,
    private readonly accounts: Accounts,
  ) {}

  @Post('signup')
  @Public()
  @Documented({
    summary: 'Sign up with e-mail and password; sets the session cookie',
    body: SignUpBody,
    answer: { status: 201, schema: SessionAnswer },
    errors: ['validation_failed', 'origin_not_allowed', 'email_taken', 'rate_limited'],
  })
  async signUp(
    @JsonBody(SignUpBody) body: z.infer<typeof SignUpBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.welcome(await this.entrance.signUp(body, request), reply);
  }

  @Post('signin')
  @HttpCode(200)
  @Public()
  @Documented({
    summary: 'Sign in with e-mail and password; sets the session cookie',
    body: SignInBody,
    answer: { status: 200, schema: SessionAnswer },
    errors: ['validation_failed', 'invalid_credentials', 'origin_not_allowed', 'rate_limited'],
  })
  async signIn(
    @JsonBody(SignInBody) body: z.infer<typeof SignInBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.welcome(await this.entrance.signIn(body, request), reply);
  }

  @Post('signout')
  @HttpCode(200)
  @Public()
  @Documented({
    summary: 'Destroy the session; `everywhere=true` destroys every session of the user; API tokens stay',
    query: SignOutQuery,
    answer: { status: 200, schema: SessionAnswer },
    errors: ['validation_failed', 'origin_not_allowed'],
  })
  async signOut(
    @ValidQuery(SignOutQuery) { everywhere }: z.infer<typeof SignOutQuery>,
    @Headers('cookie') cookie: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const all = everywhere === 'true';
    const cookies = all ? await this.sessions.signOutEverywhere(cookie) : await this.sessions.signOut(cookie);
    void reply.header('set-cookie', cookies);
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
