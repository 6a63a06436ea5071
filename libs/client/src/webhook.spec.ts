import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { verifyWebhook, WebhookVerificationError } from './webhook.js';

const secretOf = () => `whsec_${randomBytes(24).toString('base64')}`;
const now = Date.parse('2026-11-22T12:00:00Z');
const body = JSON.stringify({
  id: 'evt_1',
  type: 'asset.completed',
  ts: now,
  data: { generation: 2, sequence: 9 },
});

const signed = (secret: string, text = body, at = now) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(Math.floor(at / 1_000)),
  'webhook-signature': new Webhook(secret).sign('evt_1', new Date(at), text),
});

describe('a webhook', () => {
  it('signed by the official library verifies, from any kind of headers and body', async () => {
    const secret = secretOf();
    const headers = signed(secret);
    for (const form of [headers, new Headers(headers), { ...headers, 'webhook-id': ['evt_1'] }])
      for (const text of [body, new TextEncoder().encode(body)])
        expect(await verifyWebhook(text, form, secret, { now })).toEqual(JSON.parse(body));
  });

  it('verifies with either secret while a rotated one overlaps', async () => {
    const [old, fresh] = [secretOf(), secretOf()];
    const both = `${signed(old)['webhook-signature']} ${signed(fresh)['webhook-signature']}`;
    const headers = { ...signed(fresh), 'webhook-signature': both };
    for (const secret of [old, fresh])
      expect(await verifyWebhook(body, headers, secret, { now })).toMatchObject({ id: 'evt_1' });
  });

  it('with any other byte, id, time or secret is refused', async () => {
    const secret = secretOf();
    const headers = signed(secret);
    const refused: [string, object, string][] = [
      [`${body} `, headers, secret],
      [body, { ...headers, 'webhook-id': 'evt_2' }, secret],
      [body, { ...headers, 'webhook-timestamp': String(Math.floor(now / 1_000) + 1) }, secret],
      [body, { ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v2,') }, secret],
      [body, { ...headers, 'webhook-signature': 'v1,' }, secret],
      [body, headers, secretOf()],
      [body, { ...headers, 'webhook-signature': undefined }, secret],
      [body, signed(secret, body, now - 301_000), secret],
      [body, signed(secret, body, now + 302_000), secret],
    ];
    for (const [text, given, by] of refused)
      await expect(verifyWebhook(text, given as Record<string, string>, by, { now })).rejects.toThrow(
        WebhookVerificationError,
      );
  });

  it('is not opened by any made-up signature', async () => {
    const secret = secretOf();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (digest) => {
        const headers = { ...signed(secret), 'webhook-signature': `v1,${digest}` };
        await expect(verifyWebhook(body, headers, secret, { now })).rejects.toThrow('no signature matches');
      }),
      { numRuns: 50 },
    );
  });
});
