import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launch } from './support/browser.js';
import { ShopWindow } from './support/shop-window.js';

/** Real: Chromium, the built SDK, React from its bundler, H.264. The server stands for an installation. */
let window: ShopWindow;
let browser: Browser;
beforeAll(async () => {
  [window, browser] = await Promise.all([ShopWindow.open(), launch()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await window?.close();
});

async function page(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 800, height: 600 }, ...options });
  const opened = await context.newPage();
  opened.setDefaultTimeout(30_000);
  await opened.goto(window.url);
  await opened.waitForFunction('globalThis.mount');
  window.asked.length = 0;
  return opened;
}

/** Shows a motion video, this far down the page. */
const mount = (on: Page, props: object, above = 0) =>
  on.evaluate(`(() => {
    document.getElementById('above').style.height = '${above}px';
    mount(${JSON.stringify({ mp4Url: '/a.mp4', posterUrl: '/a.jpg', alt: 'A vase', ...props })});
  })()`);
const plays = (on: Page) => on.waitForFunction("document.querySelector('video')?.currentTime > 0.1");
const fetched = () => window.asked.filter((path) => path === '/a.mp4').length;

describe('the SDK in a browser', () => {
  const everything = {
    signed: expect.stringMatching(/^\/v1\/pk_x\/[\w-]+\.mp4\?exp=1&sig=[0-9a-f]{64}$/),
    ids: ['e-1', 'e-2'],
    refused: 'WebhookVerificationError',
  };

  it('signs, watches across reconnects and verifies in a page', async () => {
    const on = await page();
    expect(await on.evaluate("import('/use.js').then(({ use }) => use(location.origin))")).toEqual(
      everything,
    );
  }, 60_000);

  it('and in a worker', async () => {
    const on = await page();
    const seen = await on.evaluate(`new Promise((resolve, reject) => {
      const worker = new Worker('/worker.js', { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    })`);
    expect(seen).toEqual(everything);
  }, 60_000);
});

describe('<Motion>', () => {
  it('shows the poster, and fetches and plays the video when it comes near', async () => {
    const on = await page();
    await mount(on, {}, 5_000);
    await on.waitForFunction("document.querySelector('video')?.poster.endsWith('/a.jpg')");
    await on.waitForLoadState('networkidle');
    expect(fetched()).toBe(0);
    await on.evaluate("document.querySelector('video').scrollIntoView()");
    await plays(on);
    expect(fetched()).toBeGreaterThan(0);
    expect(
      await on.evaluate("(({ muted, loop }) => ({ muted, loop }))(document.querySelector('video'))"),
    ).toEqual({
      muted: true,
      loop: true,
    });
  }, 60_000);

  it('plays while it is pointed at or focused, and goes back to its beginning', async () => {
    const on = await page();
    await mount(on, { mode: 'animate-on-hover' });
    await on.waitForFunction("document.querySelector('video')?.readyState >= 2");
    const state = () =>
      on.evaluate("(({ paused, currentTime }) => [paused, currentTime])(document.querySelector('video'))");
    expect(await state()).toEqual([true, 0]);
    await on.hover('video');
    await plays(on);
    await on.mouse.move(790, 590);
    await on.waitForFunction("document.querySelector('video').paused");
    expect(await state()).toEqual([true, 0]);
    await on.focus('video');
    await plays(on);
  }, 60_000);

  it('never moves for whoever asked for less motion, and begins once they no longer do', async () => {
    const on = await page({ reducedMotion: 'reduce' });
    await mount(on, {});
    await on.waitForFunction("document.querySelector('video')?.poster.endsWith('/a.jpg')");
    await on.waitForLoadState('networkidle');
    expect([fetched(), await on.evaluate("document.querySelector('video').currentSrc")]).toEqual([0, '']);
    await on.emulateMedia({ reducedMotion: 'no-preference' });
    await plays(on);
    await on.emulateMedia({ reducedMotion: 'reduce' });
    await on.waitForFunction(
      "document.querySelector('video').paused && !document.querySelector('video').src",
    );
  }, 60_000);
});
