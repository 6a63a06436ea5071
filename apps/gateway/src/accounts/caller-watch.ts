import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiTokens } from './api-tokens.js';
import { bearerToken } from './bearer.js';
import { Sessions } from './sessions.js';

/** How long an answer that stays open may outlive its caller's session or token, ms. */
export const WATCH_MS = 5_000;

/** Ends event streams whose caller was signed out or whose token was revoked: they were let in once, for minutes. */
@Injectable()
export class CallerWatch {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: ApiTokens,
  ) {}

  /** Breaks the connection off once the credentials that the request came with are good for nothing. */
  over(request: FastifyRequest, reply: FastifyReply): void {
    const socket = request.raw.socket;
    const check = async () => {
      // Whoever cannot be asked is no reason to end anything: streams end by themselves within minutes.
      const isGood = await this.isGood(request).catch(() => true);
      if (!isGood) socket.destroy();
    };
    const timer = setInterval(() => void check(), WATCH_MS);
    const stop = () => {
      clearInterval(timer);
      socket.off('close', stop);
    };
    socket.once('close', stop);
    reply.raw.once('close', stop);
  }

  private async isGood({ headers }: FastifyRequest): Promise<boolean> {
    const token = bearerToken(headers.authorization);
    if (token !== undefined) return (await this.tokens.find(token)) !== undefined;
    return (await this.sessions.find(headers.cookie)) !== undefined;
  }
}
