import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { OAuthProvider, OAuthProvidersAnswer } from '@zoetrope/contracts/api/users';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { Documented } from '../openapi/documented.js';
import { Attempts } from './attempts.js';
import { providersOf } from './auth.js';
import { Public } from './caller.js';
import { clientAddress } from './client-address.js';
import { Sessions } from './sessions.js';

/** Where people land; when they could not be signed in, with `?error=` and a code. */
const HOME = '/';

/**
 * Sign-in by Google and GitHub, for people in a browser: both routes answer with redirects. The account is opened at
 * the first call with the session.
 */
@Controller('api/user/oauth')
export class OAuthController {
  private readonly providers: readonly OAuthProvider[];

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly sessions: Sessions,
    private readonly attempts: Attempts,
  ) {
    this.providers = providersOf(config);
  }

  @Get()
  @Public()
  @Documented({
    summary: 'Providers that this installation offers to sign in by',
    answer: { status: 200, schema: OAuthProvidersAnswer },
    errors: [],
  })
  offered() {
    return { providers: this.providers };
  }

  @Get(':provider')
  @Public()
  @Documented({
    summary: 'Start signing in by a configured provider (google, github)',
    answer: { status: 302, media: 'text/plain' },
    errors: ['not_found', 'rate_limited'],
  })
  async start(
    @Param('provider') name: string,
    @Req() { ip }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const provider = this.configured(name);
    await this.attempts.take(this.attempts.oauth(clientAddress(ip)));
    const { headers, response } = await this.sessions.auth.api.signInSocial({
      body: { provider, callbackURL: HOME, errorCallbackURL: HOME },
      returnHeaders: true,
    });
    if (!response.url) throw new ApiError('internal');
    void reply.header('set-cookie', headers.getSetCookie()).header('cache-control', 'no-store');
    void reply.redirect(response.url, 302);
  }

  @Get('callback/:provider')
  @Public()
  @Documented({
    summary: 'Where the provider sends people back to; sets the session cookie',
    answer: { status: 302, media: 'text/plain' },
    errors: ['not_found'],
  })
  async finish(
    @Param('provider') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.configured(name);
    const url = new URL(request.url, this.config.PUBLIC_URL);
    const cookie = request.headers.cookie;
    const answer = await this.sessions.auth.handler(new Request(url, { headers: cookie ? { cookie } : {} }));
    const location = answer.headers.get('location');
    if (!location) throw new ApiError('malformed');
    void reply.header('set-cookie', answer.headers.getSetCookie()).header('cache-control', 'no-store');
    void reply.redirect(location, 302);
  }

  private configured(name: string): OAuthProvider {
    const provider = this.providers.find((offered) => offered === name);
    if (!provider) throw new ApiError('not_found');
    return provider;
  }
}
