import { randomUUID } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { IdempotencyKey } from '@zoetrope/contracts/api/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formError } from '../http/api-error.js';

export const TAKES_KEY = 'zoetrope:takes-key';
/** The route's effects are bound to an Idempotency-Key. */
export const TakesKey = () => SetMetadata(TAKES_KEY, true);

const keys = new WeakMap<FastifyRequest, string>();

/**
 * The call's key: the one sent, else the one made for it.
 * @throws ApiError 400 when what was sent is no key
 */
export function keyOf(request: FastifyRequest): string {
  const key = keys.get(request);
  if (!key) throw formError('Idempotency-Key must be 1 to 255 printable ASCII characters');
  return key;
}

/** The key that came with the call, if one did that is one. */
export function sentKeyOf(request: FastifyRequest): string | undefined {
  return request.headers['idempotency-key'] === undefined ? undefined : keys.get(request);
}

/** First of the guards: the key stands on every answer, also on those of the guards behind it. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (!this.reflector.get<boolean>(TAKES_KEY, context.getHandler())) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const made = randomUUID();
    const key = IdempotencyKey.safeParse(request.headers['idempotency-key'] ?? made);
    // What is no key is refused later: the body comes first in the order of errors, and this one belongs to it.
    if (key.success) keys.set(request, key.data);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    void reply.header('idempotency-key', key.success ? key.data : made);
    return true;
  }
}
