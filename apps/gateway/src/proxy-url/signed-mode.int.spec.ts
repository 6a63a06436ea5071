import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SigningSecretRotated } from '@zoetrope/contracts/facts/tenant';
import { OwnerId, ProjectId } from '@zoetrope/contracts/ids';
import { projectSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { DataSource } from 'typeorm';
import { Directory } from '../directory/directory.js';
import { SigningSecrets } from '../signing/signing-secrets.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';
import { openShop } from '../testing/shop.js';
import { inSeconds, signedUrl } from '../testing/signed.js';

/** Real: the gateway, NATS, PostgreSQL, objects. By hand: the facts of generator and notifier. */
let gateway: GatewayUnderTest;
let pipeline: Pipeline;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  pipeline = await Pipeline.beside(gateway);
});
afterAll(async () => {
  await pipeline.stop();
  await gateway.stop();
});

const SRC = 'https://anywhere.example/a.png?w=3';
const INVALID = [403, '{"error":"invalid signature"}'];

async function signing(plan: 'free' | 'pro' = 'pro') {
  const shop = await openShop(gateway, plan);
  const path = `/api/projects/${shop.projectId}`;
  const put = (body: unknown) =>
    gateway.call(`${path}/proxy-config`, { method: 'PUT', cookie: shop.cookie, body });
  const rotate = (query: string) =>
    gateway.call(`${path}/keys/rotate?${query}`, { method: 'POST', cookie: shop.cookie });
  const secret: string = (await put({ enable_signing: true })).json.signing_secret;
  const ask = async (target: string, headers: Record<string, string> = {}) => {
    const { status, text } = await gateway.call(target, { headers });
    return [status, text] as const;
  };
  return { ...shop, put, rotate, secret, ask };
}

describe('a project that signs', () => {
  it('answers what was signed, from any source, and caches nothing but good answers', async () => {
    const { key, secret } = await signing();
    const target = signedUrl(secret, {
      key,
      src: SRC,
      exp: inSeconds(60),
      parameters: { motion: 'subtle', dur: 3 },
    });
    const first = await gateway.call(target);
    expect([first.status, first.json.status]).toEqual([202, 'pending']);
    const poster = signedUrl(secret, { key, src: SRC, exp: inSeconds(60), format: 'jpg' });
    expect((await gateway.call(poster)).status).not.toBe(403);
  });

  it('refuses unsigned URLs, addresses in words, and every change of what was signed', async () => {
    const { key, secret, ask, url } = await signing();
    const parameters = { motion: 'subtle', prompt: 'a & b' };
    const exp = inSeconds(60);
    const right = signedUrl(secret, { key, src: SRC, exp, parameters });
    const other = Buffer.from('https://anywhere.example/b.png').toString('base64url');
    const bad = [
      url(), // of the allowlist
      right.replace(/sig=.*/, ''),
      right.replace(/exp=\d+&/, ''),
      right.replace(/exp=\d+/, `exp=${exp + 1}`),
      right.replace('subtle', 'kinetic'),
      right.replace('motion=subtle&', ''),
      `${right}&seed=1`,
      `${right}&idem=x`,
      right.replace(/\/[\w-]+\.mp4/, `/${other}.mp4`),
      right.replace(/\/[\w-]+\.mp4/, '/anywhere.example/a.png.mp4'),
      right.slice(0, -1),
      right.replace(/sig=./, (sig) => (sig === 'sig=0' ? 'sig=1' : 'sig=0')),
      signedUrl(`${secret}x`, { key, src: SRC, exp, parameters }),
    ];
    for (const target of bad) expect([target, ...(await ask(target))]).toEqual([target, ...INVALID]);
    const answer = await gateway.call(bad[0] ?? '');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await ask(`${right}&utm_source=mail&wait_ms=0`))[0]).toBe(202);
  });

  it('says that a signature has expired to whoever really signed, and to nobody else', async () => {
    const { key, secret, ask } = await signing();
    for (const exp of [inSeconds(0), inSeconds(-60), 1]) {
      expect(await ask(signedUrl(secret, { key, src: SRC, exp }))).toEqual([
        403,
        '{"error":"signature expired"}',
      ]);
      expect(await ask(signedUrl('forged', { key, src: SRC, exp }))).toEqual(INVALID);
    }
  });

  it('does not answer "not modified" after the end, so that no cache goes on with what it has', async () => {
    const { key, secret, ask } = await signing();
    const exp = inSeconds(3);
    const target = signedUrl(secret, { key, src: SRC, exp });
    const id = (await gateway.call(target)).json.asset_id as string;
    await pipeline.make(id, 1, bytesOf('signed'));
    const good = await gateway.call(target);
    expect([good.status, good.headers.get('cache-control')]).toEqual([
      200,
      expect.stringContaining('max-age=0'),
    ]);
    const etag = { 'if-none-match': good.headers.get('etag') ?? '' };
    expect((await ask(target, etag))[0]).toBe(304);
    await until('the signature has expired', () => Date.now() >= exp * 1_000);
    expect(await ask(target, etag)).toEqual([403, '{"error":"signature expired"}']);
  });

  it('accepts the old secret and the old key beside the new ones, until they are revoked', async () => {
    const { key, secret, ask, rotate } = await signing();
    const exp = inSeconds(600);
    const rotated = await rotate('which=signing');
    const second: string = rotated.json.signing_secret;
    expect([rotated.status, rotated.json]).toEqual([200, { signing_secret: expect.stringMatching(/^zsk_/) }]);
    const newKey: string = (await rotate('which=proxy')).json.proxy_key;
    const asks = [secret, second].flatMap((with_) =>
      [key, newKey].map((under) => signedUrl(with_, { key: under, src: SRC, exp })),
    );
    for (const target of asks) expect((await ask(target))[0]).toBe(202);
    const third: string = (await rotate('which=signing&revoke=now')).json.signing_secret;
    for (const target of asks) expect(await ask(target)).toEqual(INVALID);
    expect((await ask(signedUrl(third, { key, src: SRC, exp })))[0]).toBe(202);
    const last: string = (await rotate('which=proxy&revoke=now')).json.proxy_key;
    for (const under of [key, newKey])
      expect(await ask(signedUrl(third, { key: under, src: SRC, exp }))).toEqual([
        403,
        '{"error":"unknown project key"}',
      ]);
    expect((await ask(signedUrl(third, { key: last, src: SRC, exp })))[0]).toBe(202);
  });

  it('ends an old secret when its seven days are over', async () => {
    const { key, secret, ask, projectId, id } = await signing();
    const subject = projectSubject(projectId);
    const minted = await gateway.service.app.get(SigningSecrets).mint(projectId);
    const fact = SigningSecretRotated({
      projectId: ProjectId.parse(projectId),
      ownerId: OwnerId.parse(id),
      signingSecretId: minted.id,
      overlapUntil: Date.now() + 2_000,
    });
    const appended = await gateway.service.log.append(subject, fact, { cause: { id: `test:${projectId}` } });
    if (appended.kind === 'appended') await gateway.service.app.get(Directory).waitFor(appended.seq);
    const target = signedUrl(secret, { key, src: SRC, exp: inSeconds(600) });
    expect((await ask(target))[0]).toBe(202);
    await until('the old secret is refused', async () => (await ask(target))[0] === 403);
    expect(Date.now()).toBeGreaterThanOrEqual(fact.data.overlapUntil ?? 0);
  });

  it('gives signed addresses for 24 hours in its answers, and they open', async () => {
    const { projectId, cookie, ask } = await signing();
    const body = { project_id: projectId, src: SRC, motion: 'kinetic', prompt_override: 'a:b=c&d' };
    const { json } = await gateway.call('/api/v1/prepare', { cookie, body });
    const { asset } = (await gateway.call(`/api/assets/${json.asset_id}`, { cookie })).json;
    const [listed] = (await gateway.call(`/api/projects/${projectId}/assets`, { cookie })).json.items;
    for (const { mp4_url, poster_url } of [json, asset, listed]) {
      const { searchParams } = new URL(mp4_url);
      expect(Math.abs(Number(searchParams.get('exp')) - inSeconds(86_400))).toBeLessThan(60);
      expect((await ask(mp4_url.slice(new URL(mp4_url).origin.length)))[0]).toBe(202);
      expect(await ask(poster_url.slice(new URL(poster_url).origin.length))).not.toEqual(INVALID);
    }
  });
});

describe('turning signing on', () => {
  it('shows the secret once, sealed in the database and not in the log', async () => {
    const { secret, projectId, put, cookie, rotate } = await signing();
    expect(secret).toMatch(/^zsk_[\w-]{43}$/);
    for (const enable_signing of [false, true]) {
      const again = await put({ enable_signing });
      expect([again.json.signing_enabled, 'signing_secret' in again.json]).toEqual([enable_signing, false]);
    }
    const shown = await gateway.call(`/api/projects/${projectId}`, { cookie });
    expect(shown.text).not.toContain('zsk_');
    const second: string = (await rotate('which=signing')).json.signing_secret;
    const facts = JSON.stringify(await gateway.service.log.readCurrent(projectSubject(projectId)));
    const rows: { secret_encrypted: string }[] = await gateway.service.app
      .get(DataSource)
      .query('SELECT * FROM secrets.signing_secret WHERE project_id = $1', [projectId]);
    expect(rows).toHaveLength(2);
    for (const each of [secret, second]) {
      expect(facts).not.toContain(each.slice(4));
      expect(JSON.stringify(rows)).not.toContain(each.slice(4));
    }
  });

  it('by several at once shows the secret to the one whose counts', async () => {
    const { projectId, cookie, key } = await openShop(gateway);
    const on = () =>
      gateway.call(`/api/projects/${projectId}/proxy-config`, {
        method: 'PUT',
        cookie,
        body: { enable_signing: true },
      });
    const answers = await Promise.all(Array.from({ length: 6 }, on));
    const secrets = answers.flatMap(({ json }) => (json.signing_secret as string | undefined) ?? []);
    expect(secrets).toHaveLength(1);
    const target = signedUrl(secrets[0] ?? '', { key, src: SRC, exp: inSeconds(60) });
    expect((await gateway.call(target)).status).toBe(202);
  });
});

describe('a project that does not sign', () => {
  it('is opened by its allowlist and by no signature', async () => {
    const { key, secret, put, ask, url } = await signing();
    await put({ enable_signing: false });
    expect(await ask(signedUrl(secret, { key, src: SRC, exp: inSeconds(60) }))).toEqual([
      403,
      '{"error":"origin not in allowlist"}',
    ]);
    expect((await ask(url()))[0]).toBe(202);
  });
});
