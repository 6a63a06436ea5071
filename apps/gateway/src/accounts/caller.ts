import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { User } from './user.js';

/** Who makes a call: a person by the session's cookie, or a server by an API token of theirs. */
export interface Caller {
  readonly userId: string;
  readonly user: User;
  readonly by: 'cookie' | 'token';
}

const callers = new WeakMap<FastifyRequest, Caller>();

export const rememberCaller = (request: FastifyRequest, caller: Caller): void =>
  void callers.set(request, caller);
export const callerOf = (request: FastifyRequest): Caller | undefined => callers.get(request);

export const PUBLIC_ROUTE = 'zoetrope:public';
/** Anybody may call it: no session is asked for, none is known. Every other route answers 401 without one. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

export const SESSION_ROUTE = 'zoetrope:session-only';
/** For people only: an API token is refused, whatever its scope. */
export const SessionOnly = () => SetMetadata(SESSION_ROUTE, true);

/** The caller of a route that is not `@Public()`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Error('CurrentCaller on a public route');
  return caller;
});
