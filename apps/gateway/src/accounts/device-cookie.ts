import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { parseCookies } from 'better-auth/cookies';
import type { GatewayConfig } from '../config.js';

const NAME = 'zoetrope.device';
/** Seconds a browser is remembered after its last sign-in. */
const REMEMBERED_SECONDS = 180 * 24 * 60 * 60;

/**
 * Tells browsers that signed in to an account before from strangers (OWASP, "Slow Down Online Guessing Attacks with
 * Device Cookies"): strangers who use up the attempts of an e-mail address do not lock its owner out. It opens nothing
 * by itself.
 */
@Injectable()
export class DeviceCookie {
  /** The newest first. */
  private readonly keys: readonly Buffer[];
  private readonly secure: boolean;

  constructor(@Inject(CONFIG) config: GatewayConfig) {
    const { ZOETROPE_SECRET_KEY: newest, ZOETROPE_SECRET_KEY_PREVIOUS: previous } = config;
    const given = [newest, previous].filter((secret) => secret !== undefined);
    this.secure = config.PUBLIC_URL.startsWith('https:');
    // Not the session's own key: neither signature may stand for the other.
    this.keys = given.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'zoetrope device v1', 32)));
  }

  /** The browser's name, if it has signed in with this address. */
  read(header: string | undefined, email: string): string | undefined {
    const [device = '', mac = ''] = (header ? (parseCookies(header).get(NAME) ?? '') : '').split('.');
    if (!device) return undefined;
    const given = Buffer.from(mac, 'base64url');
    const known = this.keys.some((key) => {
      const right = sign(key, device, email);
      return right.length === given.length && timingSafeEqual(right, given);
    });
    return known ? device : undefined;
  }

  /** A Set-Cookie for a browser that has just proved to be the owner's. */
  issue(email: string): string {
    const device = randomBytes(12).toString('base64url');
    const mac = sign(this.keys[0] ?? Buffer.alloc(0), device, email).toString('base64url');
    const attributes = `Max-Age=${REMEMBERED_SECONDS}; Path=/api/user; HttpOnly; SameSite=Lax`;
    return `${NAME}=${device}.${mac}; ${attributes}${this.secure ? '; Secure' : ''}`;
  }
}

const sign = (key: Buffer, device: string, email: string): Buffer =>
  createHmac('sha256', key).update(`${device}:${email.toLowerCase()}`).digest();
