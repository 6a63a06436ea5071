import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@zoetrope/platform/service';
import { type Answer, GatewayUnderTest } from '../testing/gateway-under-test.js';

/** Real: two gateways on one PostgreSQL, over HTTP; addresses as a proxy on this machine would name them. */
let gateway: GatewayUnderTest;
let second: RunningService;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start({ RATE_SIGNIN: '15', RATE_SIGNUP: '4', RATE_FORGOT: '6' });
  second = await gateway.copy();
});
afterAll(async () => {
  await second?.stop();
  await gateway.stop();
});

let networks = 0;
/** A client address that no test before had. */
const address = () => `198.51.100.${++networks}`;
const from = (ip: string) => ({ 'x-forwarded-for': ip });
const password = 'correct horse';

let calls = 0;
const post = (path: string, ip: string, body: object, cookie?: string): Promise<Answer> => {
  const port = calls++ % 2 === 0 ? gateway.service.port : second.port;
  return gateway.call(`/api/user/${path}`, { body, cookie, headers: from(ip), port });
};
const signUp = (ip: string, email: string) => post('signup', ip, { email, password, name: 'S' });
const signIn = (ip: string, email: string, given = password, cookie?: string) =>
  post('signin', ip, { email, password: given }, cookie);
const statuses = async (count: number, call: () => Promise<Answer>) => {
  const all: number[] = [];
  for (let n = 0; n < count; n++) all.push((await call()).status);
  return all;
};
const times = (count: number, status: number) => Array.from({ length: count }, () => status);
const newcomer = async () => {
  const email = `n${++networks}@example.com`;
  expect((await signUp(address(), email)).status).toBe(201);
  return email;
};

describe('wrong passwords', () => {
  it('for one account from one address end in 429 with the time to wait, counted by both gateways', async () => {
    const [email, ip] = [await newcomer(), address()];
    expect(await statuses(10, () => signIn(ip, email, 'wrong'))).toEqual(times(10, 401));
    const over = await signIn(ip, email);
    expect([over.status, over.json]).toEqual([
      429,
      { error: 'rate limited', retry_after_ms: expect.any(Number) },
    ]);
    expect(over.json.retry_after_ms).toBeLessThanOrEqual(15 * 60_000);
    expect(Number(over.headers.get('retry-after'))).toBe(Math.ceil(over.json.retry_after_ms / 1000));
    expect((await signIn(address(), email)).status).toBe(200);
  });

  it('many at once are counted before they are looked at', async () => {
    const [email, ip] = [await newcomer(), address()];
    const all = await Promise.all(Array.from({ length: 14 }, () => signIn(ip, email, 'wrong')));
    expect(all.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(4);
  });

  it('right ones do not count', async () => {
    const [email, ip] = [await newcomer(), address()];
    expect(await statuses(20, () => signIn(ip, email))).toEqual(times(20, 200));
  });

  it('count the same for an account that does not exist', async () => {
    const ip = address();
    const answers = await statuses(11, () => signIn(ip, 'nobody@example.com', 'wrong'));
    expect(answers).toEqual([...times(10, 401), 429]);
  });

  it('of one address for many accounts end too, and use nothing up of the accounts’ own', async () => {
    const [victim, ip] = [await newcomer(), address()];
    for (let n = 0; n < 15; n++) await signIn(ip, `some${n}@example.com`, 'wrong');
    expect(await statuses(3, () => signIn(ip, victim, 'wrong'))).toEqual(times(3, 429));
    expect(await statuses(10, () => signIn(address(), victim, 'wrong'))).toEqual(times(10, 401));
  });

  it('of a siege from everywhere keep strangers out, but not a browser that signed in before', async () => {
    const email = await newcomer();
    const known = await signIn(address(), email);
    const device = known.headers.getSetCookie().find((line) => line.startsWith('zoetrope.device='));
    expect(device).toMatch(/; Max-Age=15552000; Path=\/api\/user; HttpOnly; SameSite=Lax$/);
    expect(known.headers.getSetCookie()[0]).toMatch(/^better-auth\.session_token=/);
    const cookie = device?.split(';')[0];
    for (let n = 0; n < 5; n++) {
      const ip = address();
      expect(await statuses(10, () => signIn(ip, email, 'wrong'))).toEqual(times(10, 401));
    }
    expect((await signIn(address(), email)).status).toBe(429);
    const home = address();
    const again = await signIn(home, email, password, cookie);
    expect([again.status, again.headers.getSetCookie().length]).toEqual([200, 1]);
    expect((await signIn(home, email, 'wrong', cookie)).status).toBe(401);
    const forged = `${cookie?.slice(0, -4)}AAAA`;
    expect((await signIn(home, email, password, forged)).status).toBe(429);
    const other = await newcomer();
    const guesses = await statuses(11, () => signIn(address(), other, 'wrong', cookie));
    expect(guesses).toEqual(times(11, 401)); // the name is good for its own account only, and locks nobody out
  }, 60_000);
});

describe('other doors', () => {
  it('let so many sign-ups of an address in, taken or not', async () => {
    const ip = address();
    const taken = await newcomer();
    expect((await signUp(ip, taken)).status).toBe(409);
    const email = () => `s${++networks}@example.com`;
    expect(await statuses(4, () => signUp(ip, email()))).toEqual([201, 201, 201, 429]);
    expect((await signUp(`${ip}, ${address()}`, email())).status).toBe(201);
  });

  it('count a whole IPv6 network as one', async () => {
    let host = 0;
    const within = () => signUp(`2001:db8:0:7::${++host}`, `v${++networks}@example.com`);
    expect(await statuses(5, within)).toEqual([201, 201, 201, 201, 429]);
    expect((await signUp('2001:db8:0:8::1', `v${++networks}@example.com`)).status).toBe(201);
  });

  it('limit links asked for, by account and by address, known or not', async () => {
    for (const email of [await newcomer(), 'nobody@example.com']) {
      const ip = address();
      const asked = await statuses(6, () => post('password/forgot', ip, { email }));
      expect(asked).toEqual([...times(5, 200), 429]);
      expect((await post('password/forgot', ip, { email: 'x@example.com' })).status).toBe(200);
      expect((await post('password/forgot', ip, { email: 'y@example.com' })).status).toBe(429);
    }
  });

  it('limit wrong present passwords of somebody who is signed in', async () => {
    const { cookie } = await gateway.person();
    const body = { current_password: 'wrong', new_password: 'battery staple' };
    expect(await statuses(11, () => post('password', address(), body, cookie))).toEqual([
      ...times(10, 400),
      429,
    ]);
  });
});
