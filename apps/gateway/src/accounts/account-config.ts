import { z } from 'zod';

const limit = (fallback: number, what: string) =>
  z.coerce.number().int().min(1).max(1_000_000).default(fallback).describe(what);

/** Names that Fastify knows for ranges, or addresses and CIDR ranges. */
const PROXIES = 'loopback,linklocal,uniquelocal';

/** What accounts read from the gateway's environment. */
export const accountConfig = {
  GOOGLE_CLIENT_ID: z.string().optional().describe('with its secret: sign-in by Google'),
  GOOGLE_CLIENT_SECRET: z.string().optional().describe('secret of the Google client'),
  GITHUB_CLIENT_ID: z.string().optional().describe('with its secret: sign-in by GitHub'),
  GITHUB_CLIENT_SECRET: z.string().optional().describe('secret of the GitHub client'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'expected smtp://… or smtps://…')
    .optional()
    .describe('mail server, smtp(s)://user:password@host:port; without it no mail is sent'),
  MAIL_FROM: z.string().optional().describe('sender of mails; default: no-reply at the host of PUBLIC_URL'),
  TRUSTED_PROXIES: z
    .string()
    .default(PROXIES)
    .describe('whose X-Forwarded-For is believed: addresses, CIDR ranges, loopback, linklocal, uniquelocal'),
  RATE_SIGNIN: limit(100, 'failed sign-ins per address and 15 minutes'),
  RATE_SIGNUP: limit(30, 'sign-ups per address and hour'),
  RATE_FORGOT: limit(20, 'reset links asked for per address and hour'),
} as const;
