import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { User } from './sessions.js';

/** Who makes a call. Tokens of servers will be a second kind beside cookies. */
export interface Caller {
  readonly userId: string;
  readonly user: User;
  readonly by: 'cookie';
}

const callers = new WeakMap<FastifyRequest, Caller>();

export const rememberCaller = (request: FastifyRequest, caller: Caller): void =>
  void callers.set(request, caller);
export const callerOf = (request: FastifyRequest): Caller | undefined => callers.get(request);

export const PUBLIC_ROUTE = 'zoetrope:public';
/** Anybody may call it: no session is asked for, none is known. Every other route answers 401 without one. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/** The caller of a route that is not `@Public()`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Error('CurrentCaller on a public route');
  return caller;
});
