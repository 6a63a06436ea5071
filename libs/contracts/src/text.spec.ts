import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { PrepareBody, RegenerateBody } from './api/assets.js';
import { BrandBody, CreateProjectBody, PatchProjectBody, ProxyConfigBody } from './api/projects.js';
import {
  ChangePasswordBody,
  CreateTokenBody,
  ResetPasswordBody,
  SignInBody,
  SignUpBody,
} from './api/users.js';
import { WebhooksBody } from './api/webhooks.js';

const user = { email: 'a@example.com', password: 'correct horse', name: 'A' };
const asset = { project_id: 'p', src: 'https://ex.com/a.png' };
const brand = { brandName: 'A' };

/** Every free text of every body, made by `text`. */
const bodies = (text: string): [name: string, schema: z.ZodType, body: unknown][] => [
  ['sign-up name', SignUpBody, { ...user, name: text }],
  ['sign-up password', SignUpBody, { ...user, password: `12345678${text}` }],
  ['sign-in email', SignInBody, { email: text, password: 'x' }],
  ['new password', ChangePasswordBody, { current_password: 'x', new_password: `12345678${text}` }],
  ['password of a reset', ResetPasswordBody, { token: 't', new_password: `12345678${text}` }],
  ['token of a reset', ResetPasswordBody, { token: text, new_password: '12345678' }],
  ['token name', CreateTokenBody, { name: text }],
  ['project name', CreateProjectBody, { name: text }],
  ['new project name', PatchProjectBody, { name: text }],
  ['source', PrepareBody, { ...asset, src: text }],
  ['prompt', PrepareBody, { ...asset, prompt_override: text }],
  ['idem', PrepareBody, { ...asset, idem: text }],
  ['prompt of a regenerate', RegenerateBody, { prompt_override: text }],
  ['webhook address', WebhooksBody, { webhook_url: `https://hooks.example/${text}` }],
  ['brand name', BrandBody, { brandName: text }],
  ['colour', BrandBody, { ...brand, colors: { primary: text } }],
  ['font', BrandBody, { ...brand, fonts: { body: text } }],
  ['logo', BrandBody, { ...brand, logoUrl: `https://ex.com/${text}` }],
  ['tone', BrandBody, { ...brand, messaging: { tone: text } }],
  ['call to action', BrandBody, { ...brand, messaging: { ctas: [text] } }],
  ['vibe', BrandBody, { ...brand, design: { vibe: text } }],
  ['own design value', BrandBody, { ...brand, design: { mine: text } }],
  ['own design name', BrandBody, { ...brand, design: { [text]: 'x' } }],
];

describe('a free text', () => {
  it.each(bodies('näive 日本 😀'))('%s may be any Unicode', (_, schema, body) => {
    expect(schema.safeParse(body).success).toBe(true);
  });

  it.each([...bodies('a\u0000b'), ...bodies('a\ud800b'), ...bodies('\udc00')])(
    '%s holds neither NUL nor half a character',
    (_, schema, body) => {
      expect(schema.safeParse(body).success).toBe(false);
    },
  );
});

describe('a logo', () => {
  it.each([
    ['https://ex.com/logo.svg', true],
    ['HTTP://ex.com', true],
    ['javascript:alert(1)', false],
    ['data:image/png;base64,AAAA', false],
    ['logo.png', false],
    ['https://', false],
  ])('%s: %s', (logoUrl, fine) => {
    expect(BrandBody.safeParse({ ...brand, logoUrl }).success).toBe(fine);
  });
});

describe('an allowed origin', () => {
  it.each([
    ['example.com', true],
    ['https://images.example.com:8443', true],
    ['localhost', true],
    ['http://localhost:3000', true],
    ['127.0.0.1:8080', true],
    ['[::1]', true],
    ['https://[2001:db8::1]:8443', true],
    ['com', false],
    ['https://com', false],
    ['com:443', false],
    ['com.', false],
    ['.com', false],
    ['https://...', false],
  ])('%s: %s', (origin, fine) => {
    expect(ProxyConfigBody.safeParse({ allowed_origins: [origin] }).success).toBe(fine);
  });
});
