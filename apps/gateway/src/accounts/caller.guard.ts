import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { Accounts } from './accounts.js';
import { ApiTokens } from './api-tokens.js';
import { bearerToken, challenge } from './bearer.js';
import { type Caller, PUBLIC_ROUTE, rememberCaller, SESSION_ROUTE } from './caller.js';
import { isForeignOrigin, isSafe } from './origin.js';
import { Sessions } from './sessions.js';

/** Lets a call through when its route is public or somebody makes it; 403 before that for a foreign page. */
@Injectable()
export class CallerGuard implements CanActivate {
  private readonly ownOrigin: string;

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    private readonly reflector: Reflector,
    private readonly sessions: Sessions,
    private readonly tokens: ApiTokens,
    private readonly accounts: Accounts,
  ) {
    this.ownOrigin = new URL(config.PUBLIC_URL).origin;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const isPublic = this.says(PUBLIC_ROUTE, context);
    const token = isPublic ? undefined : bearerToken(request.headers.authorization);
    // A page cannot send a token of its visitor's. Signing in is public and has no cookie yet, but a foreign page must
    // not sign its visitor in as somebody.
    const byCookie = token === undefined && (!isPublic || request.url.startsWith('/api/user/'));
    if (byCookie && isForeignOrigin(request, this.ownOrigin)) throw new ApiError('origin_not_allowed');
    if (isPublic) return true;
    const caller =
      token === undefined
        ? await this.byCookie(request, reply)
        : await this.byToken(token, request, this.says(SESSION_ROUTE, context));
    // What one person sees must not be kept where another may find it; a route may say otherwise.
    void reply.header('cache-control', 'private, no-store');
    await this.accounts.ensureOpened(caller.userId);
    rememberCaller(request, caller);
    return true;
  }

  private async byCookie(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const session = await this.sessions.find(request.headers.cookie);
    if (!session) throw new ApiError('authentication_required', challenge());
    if (session.cookies.length > 0) void reply.header('set-cookie', session.cookies);
    return { userId: session.user.id, user: session.user, by: 'cookie' };
  }

  private async byToken(token: string, request: FastifyRequest, sessionOnly: boolean): Promise<Caller> {
    const holder = await this.tokens.find(token);
    if (!holder) throw new ApiError('authentication_required', challenge('invalid_token'));
    if (sessionOnly) throw new ApiError('session_required');
    if (holder.scope === 'read' && !isSafe(request.method))
      throw new ApiError('read_only_token', challenge('insufficient_scope'));
    return { userId: holder.user.id, user: holder.user, by: 'token' };
  }

  private says(key: string, context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<boolean>(key, targets) === true;
  }
}
