import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { Documented } from '../openapi/documented.js';
import { socialProviders } from './auth.js';
import { Public } from './caller.js';
import { Sessions } from './sessions.js';

type Provider = 'google' | 'github';

/**
 * Sign-in by Google and GitHub, for people in a browser: both routes answer with redirects. The account is opened at
 * the first call with the session.
 */
@Controller('api/user/oauth')
export class OAuthController {
  private readonly providers: ReadonlySet<string>;

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly sessions: Sessions,
  ) {
    this.providers = new Set(Object.keys(socialProviders(config)));
  }

  @Get(':provider')
  @Public()
  @Documented({
    summary: 'Start signing in by a configured provider (google, github)',
    answer: { status: 302, media: 'text/plain' },
    errors: ['not_found'],
  })
  async start(@Param('provider') name: string, @Res() reply: FastifyReply): Promise<void> {
    const provider = this.configured(name);
    const { headers, response } = await this.sessions.auth.api.signInSocial({
      body: { provider, callbackURL: '/' },
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

  private configured(name: string): Provider {
    if (!this.providers.has(name)) throw new ApiError('not_found');
    return name as Provider;
  }
}
