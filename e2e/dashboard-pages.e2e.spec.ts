import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { inBrowser, launch, openPage } from './support/browser.js';
import { Customer } from './support/customer.js';
import { Watcher } from './support/events.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process, the built dashboard as the gateway serves it, Debian's Chromium, axe. */
let system: TestSystem;
let browser: Browser;
let customer: Customer;
let projectId: string;
let assetId: string;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem(), launch()]);
  customer = await Customer.signUp(system, 'pro');
  const project = await customer.project('Autumn shop');
  projectId = project.id;
  const src = await customer.upload(await photoLike({ width: 480, height: 360, seed: 1 }));
  const body = { project_id: projectId, src, mode: 'animate-in', dur_seconds: 2 };
  assetId = (await customer.prepare(body)).asset_id;
  const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${assetId}`);
  await watcher.named('ready', 1);
  watcher.stop();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await system?.end();
}, 300_000);

const signedIn = (options: BrowserContextOptions = {}) =>
  openPage(browser, system, customer.session(), options);

const LOOKS = {
  light: { colorScheme: 'light', size: { width: 1280, height: 860 } },
  dark: { colorScheme: 'dark', size: { width: 1280, height: 860 } },
  phone: { colorScheme: 'light', size: { width: 360, height: 740 } },
  'dark phone': { colorScheme: 'dark', size: { width: 360, height: 740 } },
} as const;

/** Address, and what is there when the page has been read. */
const pages = (): [string, string][] => [
  [`/projects/${projectId}`, '.card video'],
  [`/projects/${projectId}/new`, '.drop'],
  [`/projects/${projectId}/activity`, '.empty, .feed'],
  [`/projects/${projectId}/settings/brand`, '.preview-still'],
  [`/projects/${projectId}/settings/proxy`, '.slider'],
  [`/projects/${projectId}/settings/webhooks`, '#deliveries'],
  [`/projects/${projectId}/settings/billing`, '.slits'],
  [`/projects/${projectId}/settings/general`, '.danger-zone'],
  [`/assets/${assetId}`, '.timeline li'],
  ['/projects', '.project'],
  ['/account/usage', '.chart'],
  ['/account/tokens', 'form'],
  ['/account/security', 'form'],
  ['/no/such/page', '.missing'],
];

/** Nothing is in an iframe, so axe needs no page of its own. */
async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ''}`).join(' | ')}`,
    );
}

const isWiderThanScreen = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');

/** What is wrong with the page as it stands, in any look; everything is fine when it is empty. */
async function faultsOf(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [look, { colorScheme, size }] of Object.entries(LOOKS)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(size);
    const faults = [
      ...(await serious(page)),
      ...((await isWiderThanScreen(page)) ? ['wider than the screen'] : []),
    ];
    found.push(...faults.map((fault) => `${name}, ${look}: ${fault}`));
  }
  return found;
}

describe('axe, in light, dark, and on phones of 360 px', () => {
  it('finds nothing serious on any page, nothing is wider than the screen, the policy refuses nothing', async () => {
    const { page, faults } = await signedIn({ reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const [address, sign] of pages()) {
      await page.goto(address);
      await page.locator(sign).filter({ visible: true }).first().waitFor();
      found.push(...(await faultsOf(page, address)));
    }
    expect([found, faults]).toEqual([[], []]);
    await page.context().close();
  }, 300_000);

  it('nor with the modal open, before it is asked for and while it is made', async () => {
    const { page, faults } = await signedIn({ reducedMotion: 'reduce' });
    await page.goto(`/projects/${projectId}`);
    await page
      .locator('.card')
      .getByRole('button', { name: /^Regenerate/ })
      .click();
    await page.getByText('Uses 1 generation of this month').waitFor();
    expect(await faultsOf(page, 'modal')).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Regenerate', exact: true }).click();
    await page.locator('.exposure.done').first().waitFor();
    expect(await faultsOf(page, 'stages')).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 300_000);

  it('nor at the door', async () => {
    const { page, faults } = await openPage(browser, system, undefined, { reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const address of ['/signin', '/signup', '/forgot']) {
      await page.goto(address);
      await page.locator('form').waitFor();
      found.push(...(await faultsOf(page, address)));
    }
    expect([found, faults]).toEqual([[], []]);
    await page.context().close();
  }, 300_000);
});

describe('with a keyboard alone', () => {
  it('a regenerate is opened, changed and left, and the focus is where it was', async () => {
    const { page } = await signedIn();
    await page.goto(`/projects/${projectId}`);
    const button = page.locator('.card').getByRole('button', { name: /^Regenerate/ });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Medium' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await dialog.getByRole('radio', { name: 'Kinetic' }).isChecked()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await button.evaluate(inBrowser<boolean>('(node) => node === document.activeElement'))).toBe(true);
    await page.context().close();
  }, 300_000);
});

describe('motion', () => {
  it('does not start by itself for people who asked for calm; a button starts it', async () => {
    const { page } = await signedIn({ reducedMotion: 'reduce' });
    await page.goto(`/projects/${projectId}`);
    const play = page.locator('.card').getByRole('button', { name: /^Play/ });
    await play.waitFor();
    const video = page.locator('.card video');
    expect(await video.evaluate(inBrowser<boolean>('(video) => video.paused'))).toBe(true);
    await play.click();
    await page
      .locator('.card')
      .getByRole('button', { name: /^Pause/ })
      .waitFor();
    await page.context().close();
  }, 300_000);
});

describe('a session that has ended', () => {
  it('is opened again over the page, which keeps what was typed', async () => {
    const { page } = await signedIn();
    await page.goto(`/projects/${projectId}/settings/general`);
    await page.getByLabel('Name').fill('Winter shop');
    await page.context().clearCookies();
    // Not by the mouse: a look at something else may have told of the end already, and the dialog stands before it.
    await page.getByRole('button', { name: 'Save', includeHidden: true }).dispatchEvent('click');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password').fill(customer.password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Name').inputValue()).toBe('Winter shop');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Winter shop' }).waitFor();
    await page.context().close();
  }, 300_000);

  it('before a page was read leads to the door and back to that page', async () => {
    const { page } = await openPage(browser, system);
    await page.goto(`/assets/${assetId}`);
    await page.waitForURL(/\/signin/);
    await page.getByLabel('E-mail').fill(customer.email);
    await page.getByLabel('Password').fill(customer.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL(new RegExp(`/assets/${assetId}$`));
    await page.context().close();
  }, 300_000);
});

describe('a server that is away', () => {
  it('is told, what was typed stays, and the same press works when it is back', async () => {
    const { page } = await signedIn();
    await page.goto(`/projects/${projectId}/settings/general`);
    await page.getByLabel('Name').fill('Spring shop');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The server is away.').waitFor();
    await page.getByText('The server did not answer.').waitFor();
    await page.context().setOffline(false);
    await page.getByText('The server is away.').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Name').inputValue()).toBe('Spring shop');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Spring shop' }).waitFor();
    await page.context().close();
  }, 300_000);
});

describe('two tabs of one browser', () => {
  it('hear everything over one connection, and the second goes on when the first is closed', async () => {
    const { page } = await signedIn();
    const address = `/projects/${projectId}/activity`;
    const streams: string[] = [];
    const watch = (each: Page) =>
      each.on(
        'request',
        (request) => request.url().includes(`/api${address}`) && streams.push(request.url()),
      );
    watch(page);
    const second = await page.context().newPage();
    watch(second);
    const opened = page.waitForResponse((answer) => answer.url().includes(`/api${address}`));
    await page.goto(address);
    await opened;
    await second.goto(address);
    await second.getByText('It is quiet').waitFor();
    expect(streams).toHaveLength(1);
    await customer.regenerate(assetId, { motion: 'subtle' });
    await second.getByText('Accepted and reserved').waitFor();
    await page.close();
    await second.locator('.feed-words', { hasText: /^Live/ }).waitFor();
    expect(streams).toHaveLength(2);
    expect(streams[1]).toContain('last_event_id=');
    await second.context().close();
  }, 300_000);
});

describe('what the gateway serves', () => {
  it('is compressed, immutable under a hashed name, and never stale at the door', async () => {
    const door = await fetch(`${system.url}/signin`);
    expect(door.headers.get('cache-control')).toBe('no-cache');
    const policy = door.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    const [, script = ''] = /src="(\/static\/[^"]+\.js)"/.exec(await door.text()) ?? [];
    const asked = await fetch(system.url + script, { headers: { 'accept-encoding': 'br' } });
    expect(asked.headers.get('cache-control')).toMatch(/max-age=31536000.*immutable/);
    expect(asked.headers.get('content-encoding')).toBe('br');
  });

  it('answers a page that does not exist with the application and 404, and an API path with JSON', async () => {
    const asked = (target: string) => fetch(system.url + target, { headers: { accept: 'text/html' } });
    const [page, api] = await Promise.all([asked('/no/such/page'), asked('/api/no/such')]);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect([api.status, await api.json()]).toEqual([404, { error: 'not found' }]);
  });

  it('is a first load of less than 200 KB of compressed JavaScript', async () => {
    const { page } = await signedIn();
    await page.goto(`/projects/${projectId}`);
    await page.locator('.card video').first().waitFor();
    const loaded = await page.evaluate<number>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
    );
    expect(loaded).toBeGreaterThan(50_000);
    expect(loaded).toBeLessThan(200_000);
    await page.context().close();
  }, 300_000);
});

it('the dashboard’s types are those of the document that the gateway serves', async () => {
  const tool = path.resolve(import.meta.dirname, '../tools/dashboard-types.mjs');
  await promisify(execFile)(process.execPath, [tool, system.url, '--check']);
}, 300_000);
