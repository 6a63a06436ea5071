import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { Accounts } from './accounts.js';
import { PUBLIC_ROUTE, rememberCaller } from './caller.js';
import { isForeignOrigin } from './origin.js';
import { Sessions } from './sessions.js';

/** Lets a call through when its route is public or somebody is signed in; 403 before that for a foreign page. */
@Injectable()
export class CallerGuard implements CanActivate {
  private readonly ownOrigin: string;

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    private readonly reflector: Reflector,
    private readonly sessions: Sessions,
    private readonly accounts: Accounts,
  ) {
    this.ownOrigin = new URL(config.PUBLIC_URL).origin;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const isPublic = this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, [
      context.getHandler(),
      context.getClass(),
    ]);
    // Signing in is public and has no cookie yet, but a foreign page must not sign its visitor in as somebody.
    const usesCookies = !isPublic || request.url.startsWith('/api/user/');
    if (usesCookies && isForeignOrigin(request, this.ownOrigin)) throw new ApiError('origin_not_allowed');
    if (isPublic) return true;
    const session = await this.sessions.find(request.headers.cookie);
    if (!session) throw new ApiError('authentication_required');
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    // What one person sees must not be kept where another may find it; a route may say otherwise.
    void reply.header('cache-control', 'private, no-store');
    if (session.cookies.length > 0) void reply.header('set-cookie', session.cookies);
    await this.accounts.ensureOpened(session.user.id);
    rememberCaller(request, { userId: session.user.id, user: session.user, by: 'cookie' });
    return true;
  }
}
