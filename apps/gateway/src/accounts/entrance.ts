import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.js';
import { Attempts } from './attempts.js';
import { clientAddress } from './client-address.js';
import { DeviceCookie } from './device-cookie.js';
import { Sessions, type SignedIn } from './sessions.js';

const isWrongPassword = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'invalid_credentials';

type Door = Pick<FastifyRequest, 'ip' | 'headers'>;

/** Signing up and in, as often as somebody may try. */
@Injectable()
export class Entrance {
  constructor(
    private readonly devices: DeviceCookie,
    private readonly sessions: Sessions,
    private readonly attempts: Attempts,
  ) {}

  /** Every attempt counts: the answer tells whether an address is taken, and an account has generations for free. */
  async signUp(body: { email: string; password: string; name: string }, { ip }: Door): Promise<SignedIn> {
    await this.attempts.take(this.attempts.signUp(clientAddress(ip)));
    return this.sessions.signUp(body);
  }

  /**
   * Wrong passwords count, for the address and for the account, known or not. A browser that signed in to the account
   * before has its own count. It gets its name with the first sign-in.
   */
  async signIn(body: { email: string; password: string }, { ip, headers }: Door): Promise<SignedIn> {
    const device = this.devices.read(headers.cookie, body.email);
    const rules = this.attempts.signIn(clientAddress(ip), body.email, device);
    const signIn = () => this.sessions.signIn(body);
    const { user, cookies } = await this.attempts.countingFailures(rules, isWrongPassword, signIn);
    return { user, cookies: device ? cookies : [...cookies, this.devices.issue(user.email)] };
  }
}
