import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyRequest } from 'fastify';
import type { NotifierConfig } from '../config.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Lets in our own services only: who may see an asset is judged by the gateway. */
@Injectable()
export class InternalToken implements CanActivate {
  readonly #expected: Buffer;

  constructor(@Inject(CONFIG) config: NotifierConfig) {
    this.#expected = digest(`Bearer ${config.ZOETROPE_INTERNAL_TOKEN}`);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    // Digests, so that neither length nor a common beginning shows in the time it takes.
    if (timingSafeEqual(digest(authorization), this.#expected)) return true;
    throw new UnauthorizedException('authentication required');
  }
}
