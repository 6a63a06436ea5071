import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config.js';
import { ReplicateError } from './replicate-error.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Lets in who sends the token, as `Bearer` or Replicate's older `Token`. */
@Injectable()
export class BearerGuard implements CanActivate {
  readonly #token: Buffer;

  constructor(@Inject(CONFIG) config: Config) {
    this.#token = digest(config.API_TOKEN);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const sent = /^(?:Bearer|Token) (.+)$/i.exec(authorization)?.[1];
    if (sent && timingSafeEqual(digest(sent), this.#token)) return true;
    throw new ReplicateError(401, 'Unauthenticated', 'You did not pass a valid authentication token');
  }
}
