import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@zoetrope/eventlog/testing/until';
import { photoLike } from '@zoetrope/media/testing';
import type { Browser, Locator, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { difference, inBrowser, launch, openPage, PIXELS, type WatchedPage } from './support/browser.js';
import { startHook } from './support/hook.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process, the built dashboard as the gateway serves it, Debian's Chromium, rendered H.264. Nothing is replaced. */
let system: TestSystem;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let hook: Awaited<ReturnType<typeof startHook>>;

const email = 'ada@example.com';
const password = 'correct horse battery';

beforeAll(async () => {
  [system, browser, hook] = await Promise.all([
    startTestSystem({ RATE_REGENERATE: '10000' }),
    launch(),
    startHook(),
  ]);
  watched = await openPage(browser, system);
  page = watched.page;
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await hook?.stop();
  await system?.end();
}, 300_000);

const button = (name: string | RegExp, within: Page | Locator = page) =>
  within.getByRole('button', { name, exact: typeof name === 'string' });
const dialog = () => page.getByRole('dialog');

const SEEK = inBrowser<void>(`(video) => new Promise((resolve) => {
  video.pause();
  video.addEventListener('seeked', resolve, { once: true });
  video.currentTime = 0.5;
})`);
const MOVES = inBrowser<boolean>(`(video) => new Promise((resolve) => {
  const from = video.currentTime;
  video.addEventListener('timeupdate', () => { if (video.currentTime !== from) resolve(true); });
})`);

/** A frame of a video, half a second in, when it is decoded. */
async function frameOf(video: Locator): Promise<number[]> {
  await video.evaluate(SEEK);
  return video.evaluate(PIXELS);
}

/** Its `currentTime` moves. */
const moves = (video: Locator): Promise<boolean> => video.evaluate(MOVES);

describe('somebody new', () => {
  it('signs up, names a project, and makes a video of a photograph, watching the stages', async () => {
    await page.goto('/');
    await page.waitForURL(/\/signin\?next=/);
    await page.getByRole('link', { name: 'Make an account' }).click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await button('Make my account').click();
    await page.getByRole('heading', { name: 'Name your first project' }).waitFor();
    await page.getByLabel('Name').fill('Autumn shop');
    await button('Create project').click();
    await page.getByRole('link', { name: 'Make the first one' }).click();
    const buffer = await photoLike({ width: 480, height: 360, seed: 3 });
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'leaves.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByRole('radio', { name: 'Subtle' }).check();
    await page.getByRole('radio', { name: 'Animate in' }).check();
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await page.getByText('2 seconds').first().waitFor();
    await button('Make the video').click();
    await page
      .locator('[data-stage=single][data-state=running], [data-stage=single][data-state=done]')
      .waitFor();
    await page.locator('[data-stage=live][data-state=done]').waitFor();
    const video = page.locator('[data-new=here] video').last();
    expect(await moves(video)).toBe(true);
    expect(await page.locator('[data-state=done]').count()).toBe(6);
  }, 300_000);
});

describe('a regenerate', () => {
  it('opens with current values, runs with changed ones, and the new video takes the old one’s place', async () => {
    await page.getByRole('link', { name: 'Open it and embed it' }).click();
    const old = page.locator('.asset-picture video');
    await old.waitFor();
    const before = await frameOf(old);
    const embed = await page.locator('section[aria-label="video URL"]').textContent();
    await button('Regenerate').click();
    await dialog().waitFor();
    expect(await dialog().getByRole('radio', { name: 'Subtle' }).isChecked()).toBe(true);
    expect(await dialog().getByRole('slider').getAttribute('aria-valuenow')).toBe('2');
    expect(await dialog().getByText('Uses 1 generation of this month').isVisible()).toBe(true);
    await dialog().getByRole('radio', { name: 'Kinetic' }).check();
    await dialog()
      .getByLabel(/^Prompt/)
      .fill('The leaves fall. kinetic motion');
    await button('Draw a seed', dialog()).click();
    expect(await dialog().getByLabel('Seed', { exact: true }).inputValue()).toMatch(/^\d+$/);
    await button('Regenerate', dialog()).click();
    await dialog().locator('[data-stage=single]').waitFor();
    await dialog().locator('[data-stage=live][data-state=done]').waitFor();
    const fresh = dialog().locator('[data-new=here] video[data-generation="2"]');
    await fresh.waitFor();
    await dialog().locator('video[data-generation="1"]').waitFor(); // the old one is beside it
    expect(await moves(fresh)).toBe(true);
    await button('Done', dialog()).click();
    const now = page.locator('.asset-picture video[data-generation="2"]');
    await page.locator('.asset-picture video[data-generation="1"]').waitFor({ state: 'detached' });
    expect(difference(before, await frameOf(now))).toBeGreaterThan(1);
    expect(await page.locator('section[aria-label="video URL"]').textContent()).toBe(embed);
    await page.getByText('The leaves fall. kinetic motion').first().waitFor();
  }, 300_000);
});

describe('webhooks', () => {
  it('are set up, tested, seen with payload and response, and sent again under the same id', async () => {
    await page.getByRole('link', { name: 'Assets', exact: true }).click();
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill(hook.url);
    await button('Save').click();
    const secret = await page.locator('section[aria-label="webhook signing secret"]').textContent();
    await button('Send a test event').click();
    const delivery = page.locator('[data-delivery][data-status=delivered]').first();
    await delivery.waitFor();
    await delivery.getByRole('button').first().click();
    await delivery.getByText('"asset.test"').waitFor();
    await delivery.getByText('"thanks": true').waitFor();
    const [first] = hook.received;
    expect(() =>
      new Webhook((secret ?? '').trim()).verify(first?.body ?? '', first?.headers as Record<string, string>),
    ).not.toThrow();
    const again = page.waitForResponse((answer) => answer.url().endsWith('/replay'));
    await button('Replay', delivery).click();
    expect((await again).status()).toBeLessThan(300);
    await until('it came again', () => hook.received.length >= 2);
    expect(hook.received[1]?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  }, 300_000);
});

describe('the month', () => {
  it('is used up: it is told what to do, overage is enabled there, and the next one is accepted', async () => {
    await system.ops('plan', email, 'pro');
    await useUpTheMonth();
    await page.getByRole('link', { name: 'Assets', exact: true }).click();
    await button(/^Regenerate Upload/)
      .first()
      .click();
    await dialog().getByText('Overage is off in this project').waitFor();
    await button('Regenerate', dialog()).click();
    const refused = dialog().getByRole('alert');
    await refused.getByText('This month’s generations are used up.').waitFor();
    await refused.getByRole('link', { name: 'Enable overage for this project' }).click();
    await page.waitForURL(/settings\/billing/);
    await page.getByRole('switch', { name: 'Allow overage' }).click();
    await button('Save').click();
    await page.getByText('Saved').waitFor();
    await page.getByRole('link', { name: 'Assets', exact: true }).click();
    await button(/^Regenerate Upload/)
      .first()
      .click();
    await dialog().getByText('1 generation as overage, $0.10').waitFor();
    await button('Regenerate', dialog()).click();
    await dialog().locator('[data-stage=queued][data-state=done]').waitFor();
    await button('Close and let it run', dialog()).click();
  }, 300_000);

  it('ended without a script that threw or a thing the policy refused', () => {
    expect(watched.faults).toEqual([]);
  });
});

/** Each one supersedes the one before, and all are charged: nobody has to wait for a hundred videos. */
const useUpTheMonth = () =>
  page.evaluate(`(async () => {
    const [project] = (await (await fetch('/api/projects')).json()).items;
    const [asset] = (await (await fetch('/api/projects/' + project.id + '/assets')).json()).items;
    let status = 200;
    while (status === 200) {
      const asked = await Promise.all(Array.from({ length: 6 }, () =>
        fetch('/api/assets/' + asset.id + '/regenerate', { method: 'POST' })));
      status = asked.find((answer) => answer.status === 429) ? 429 : 200;
    }
  })()`);
