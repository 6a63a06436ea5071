import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@zoetrope/platform/service';
import { Pool } from 'pg';
import { type Answer, GatewayUnderTest } from '../testing/gateway-under-test.js';
import { MailServer } from './mail-server.testing.js';

/** Real: two gateways on one PostgreSQL over HTTP, a mail server that speaks SMTP, the operator's command line. */
const root = path.resolve(import.meta.dirname, '../../../..');
const PUBLIC_URL = 'http://zoetrope.example';
let mail: MailServer;
let gateway: GatewayUnderTest;
let second: RunningService;
let people: Pool;
beforeAll(async () => {
  mail = await MailServer.start();
  gateway = await GatewayUnderTest.start({
    PUBLIC_URL,
    SMTP_URL: mail.url,
    MAIL_FROM: 'Zoetrope <hello@zoetrope.example>',
    RATE_FORGOT: '1000',
  });
  second = await gateway.copy();
  people = new Pool({ connectionString: gateway.postgres.url, options: '-c search_path=secrets' });
});
afterAll(async () => {
  await people?.end();
  await second?.stop();
  await gateway?.stop();
  await mail?.stop();
});

const password = 'correct horse';
const signIn = (email: string, given: string) =>
  gateway.call('/api/user/signin', { body: { email, password: given } });
const me = async (cookie: string) =>
  (await gateway.call('/api/user/me', { cookie, port: second.port })).status;
const forgot = (email: string) => gateway.call('/api/user/password/forgot', { body: { email } });
const reset = (token: string, new_password: string, port?: number) =>
  gateway.call('/api/user/password/reset', { body: { token, new_password }, port });
const LINK = /^http:\/\/zoetrope\.example\/api\/user\/password\/reset#token=([\w-]+)$/m;
const tokenIn = (text: string) => LINK.exec(text)?.[1] ?? '';
const mailedToken = async (email: string) => {
  const answer = await forgot(email);
  expect(answer.status).toBe(200);
  return tokenIn((await mail.to(email)).text);
};
const badToken = (answer: Answer) =>
  expect([answer.status, answer.json]).toEqual([
    400,
    {
      error: 'Validation failed',
      details: { fieldErrors: { token: ['is not valid any more: ask for a new link'] }, formErrors: [] },
    },
  ]);
const cookieOf = (answer: Answer) => answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';

describe('changing a password', () => {
  const change = (cookie: string, current_password: string, new_password: string) =>
    gateway.call('/api/user/password', { cookie, body: { current_password, new_password } });

  it('ends every other session, keeps this browser signed in under a new one, and takes the new word', async () => {
    const { cookie, email, id } = await gateway.person();
    const elsewhere = cookieOf(await signIn(email, password));
    const changed = await change(cookie, password, 'battery staple');
    expect([changed.status, changed.json]).toEqual([200, { user: { id, email, name: 'P' } }]);
    expect([await me(elsewhere), await me(cookie), await me(cookieOf(changed))]).toEqual([401, 401, 200]);
    expect((await signIn(email, password)).status).toBe(401);
    expect((await signIn(email, 'battery staple')).status).toBe(200);
  });

  it('is refused with a wrong present one, and changes nothing', async () => {
    const { cookie, email } = await gateway.person();
    const refused = await change(cookie, 'not it', 'battery staple');
    expect([refused.status, refused.json]).toEqual([
      400,
      {
        error: 'Validation failed',
        details: { fieldErrors: { current_password: ['is not your present password'] }, formErrors: [] },
      },
    ]);
    expect([await me(cookie), (await signIn(email, password)).status]).toEqual([200, 200]);
    expect((await gateway.call('/api/user/password', { body: {} })).status).toBe(401);
  });

  it('makes links void that were sent before', async () => {
    const { cookie, email } = await gateway.person();
    const token = await mailedToken(email);
    await change(cookie, password, 'battery staple');
    badToken(await reset(token, 'somebody else’s'));
  });

  it('counts characters as a person does: 8 to 128, an emoji is one', async () => {
    const { cookie } = await gateway.person();
    const fields = async (next: string) => {
      const { status, json } = await change(cookie, 'wrong', next);
      return [status, Object.keys(json.details.fieldErrors)];
    };
    for (const bad of ['1234567', '🦓'.repeat(7), 'x'.repeat(129), '🦓'.repeat(129), 'nul\u0000nulnul'])
      expect(await fields(bad)).toEqual([400, ['new_password']]);
    for (const good of ['12345678', '🦓'.repeat(8), 'x'.repeat(128)])
      expect(await fields(good)).toEqual([400, ['current_password']]);
    const zebras = '🦓'.repeat(128);
    const changed = await change(cookie, password, zebras);
    expect(changed.status).toBe(200);
    expect((await signIn(changed.json.user.email, zebras)).status).toBe(200);
    expect((await signIn(changed.json.user.email, 'x'.repeat(600))).status).toBe(401);
  });
});

describe('a forgotten password', () => {
  it('is replaced with a mailed link, once; every session ends', async () => {
    const { cookie, email } = await gateway.person();
    const asked = await forgot(email.toUpperCase());
    expect(asked.json).toEqual({
      delivery: 'email',
      message: 'if an account has this address, a link is on its way to it',
    });
    const letter = await mail.to(email);
    expect([letter.from, letter.subject]).toEqual([
      'hello@zoetrope.example',
      'Choose a new password for Zoetrope',
    ]);
    const token = tokenIn(letter.text);
    expect(token.length).toBeGreaterThanOrEqual(24);
    expect(await me(cookie)).toBe(200);
    const done = await reset(token, 'battery staple', second.port);
    expect([done.status, done.json]).toEqual([200, { user: null }]);
    expect(await me(cookie)).toBe(401);
    expect((await signIn(email, password)).status).toBe(401);
    expect((await signIn(email, 'battery staple')).status).toBe(200);
    badToken(await reset(token, 'once more, please'));
  });

  it('is replaced once by ten at once with one link, and every other link is void then', async () => {
    const { email } = await gateway.person();
    const older = await mailedToken(email);
    const token = await mailedToken(email);
    const words = Array.from({ length: 10 }, (_, n) => `attempt number ${n}`);
    const all = await Promise.all(
      words.map((word, n) => reset(token, word, n % 2 ? second.port : gateway.service.port)),
    );
    const winners = words.filter((_, n) => all[n]?.status === 200);
    expect(winners).toHaveLength(1);
    for (const answer of all.filter(({ status }) => status !== 200)) badToken(answer);
    expect((await signIn(email, winners[0] ?? '')).status).toBe(200);
    badToken(await reset(older, 'battery staple'));
  });

  it('needs a link of the last hour, a whole one, and a good new password', async () => {
    const { email } = await gateway.person();
    const token = await mailedToken(email);
    const short = await reset(token, 'short');
    expect(Object.keys(short.json.details.fieldErrors)).toEqual(['new_password']);
    badToken(await reset(token.slice(1), 'battery staple'));
    await people.query('UPDATE verification SET "expiresAt" = now() - interval \'1 s\'');
    badToken(await reset(token, 'battery staple'));
    expect((await signIn(email, password)).status).toBe(200);
  });

  it('leaves no token in the database that could be used', async () => {
    const { email, id } = await gateway.person();
    const token = await mailedToken(email);
    const { rows } = await people.query('SELECT * FROM verification WHERE value = $1', [id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
    badToken(await reset(rows[0].identifier, 'battery staple'));
    const life = new Date(rows[0].expiresAt).getTime() - Date.now();
    expect(life).toBeGreaterThan(50 * 60_000);
    expect(life).toBeLessThanOrEqual(60 * 60_000);
  });

  it('never tells whether an account exists: the same words, no waiting for the mail, no mail', async () => {
    const { email } = await gateway.person();
    const release = mail.holdBack();
    const [known, unknown] = [await forgot(email), await forgot('nobody@example.com')];
    expect(known.text).toBe(unknown.text);
    expect([...known.headers.keys()].sort()).toEqual([...unknown.headers.keys()].sort());
    release();
    await mail.to(email);
    expect(mail.received.some(({ to }) => to === 'nobody@example.com')).toBe(false);
  });

  it('is mailed again when the mail server was away, and never more than ten times an hour', async () => {
    const { email } = await gateway.person();
    mail.refuseNext();
    expect(tokenIn((await mailOf(email)).text)).not.toBe('');
    for (let n = 0; n < 12; n++) {
      const headers = { 'x-forwarded-for': `203.0.113.${n}` };
      const answer = await gateway.call('/api/user/password/forgot', { body: { email }, headers });
      expect([answer.status, answer.json.delivery]).toEqual([200, 'email']);
    }
    await mail.count(email, 10);
    const { email: last } = await gateway.person();
    await mailedToken(last); // whatever would have come before it has come
    expect(mail.received.filter(({ to }) => to === email)).toHaveLength(10);
  });

  const mailOf = async (email: string) => {
    await forgot(email);
    return mail.to(email);
  };

  it('has a page behind its link that runs nothing but its own script', async () => {
    const page = await gateway.call('/api/user/password/reset');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'sha256-/);
    expect([page.headers.get('referrer-policy'), page.headers.get('cache-control')]).toEqual([
      'no-referrer',
      'no-store',
    ]);
  });
});

describe('where no mail is sent', () => {
  const ops = (...words: string[]) =>
    promisify(execFile)(
      process.execPath,
      [
        '--conditions=zoetrope-source',
        '--import',
        pathToFileURL(path.join(root, 'libs/platform/src/testing/run-from-source.mjs')).href,
        path.join(root, 'apps/operator/src/main.ts'),
        'reset-password',
        ...words,
      ],
      { env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: gateway.postgres.url, PUBLIC_URL } },
    );

  it('says so to everybody alike, and makes no link', async () => {
    const silent = await gateway.copy({ SMTP_URL: undefined });
    const { email, id } = await gateway.person();
    const answers = await Promise.all(
      [email, 'nobody@example.com'].map((address) =>
        gateway.call('/api/user/password/forgot', { body: { email: address }, port: silent.port }),
      ),
    );
    expect(new Set(answers.map(({ text }) => text))).toEqual(
      new Set([
        '{"delivery":"operator","message":"this installation sends no mail: ask whoever runs it for a link"}',
      ]),
    );
    expect((await people.query('SELECT 1 FROM verification WHERE value = $1', [id])).rowCount).toBe(0);
    await silent.stop();
  });

  it('the operator prints a link that works once', async () => {
    const { email } = await gateway.person();
    const { stdout } = await ops(email.toUpperCase());
    const token = tokenIn(stdout.trim());
    expect((await reset(token, 'battery staple')).status).toBe(200);
    expect((await signIn(email, 'battery staple')).status).toBe(200);
    badToken(await reset(token, 'once more, please'));
    await expect(ops('nobody@example.com')).rejects.toMatchObject({
      code: 1,
      stderr: 'no account has the e-mail address nobody@example.com\n',
    });
  });
});
