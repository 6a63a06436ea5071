import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { root, step } from '../run.mjs';
import { makeCustomer } from './customer.mjs';

const folder = path.join(root, 'docs', 'screenshots');
const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  phone: { colorScheme: 'light', viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 },
};

/** Name of the file, address, and what is there when the page can be shown. */
const pagesOf = ({ projectId, assetId }) => [
  ['projects', '/projects', '.project'],
  ['grid', `/projects/${projectId}`, '.card video'],
  ['create', `/projects/${projectId}/new`, '.drop'],
  ['activity', `/projects/${projectId}/activity`, '.feed-words.good'],
  ['asset', `/assets/${assetId}`, '.timeline li'],
  ['brand', `/projects/${projectId}/settings/brand`, '.prompt'],
  ['proxy', `/projects/${projectId}/settings/proxy`, '.slider'],
  ['webhooks', `/projects/${projectId}/settings/webhooks`, '.delivery'],
  ['billing', `/projects/${projectId}/settings/billing`, '.slits'],
  ['general', `/projects/${projectId}/settings/general`, '.danger-zone'],
  ['usage', '/account/usage', '.chart'],
  ['tokens', '/account/tokens', 'form'],
  ['security', '/account/security', 'form'],
  ['not-found', '/no/such/page', '.missing'],
];
const DOORS = [
  ['sign-in', '/signin', 'form'],
  ['sign-up', '/signup', 'form'],
  ['forgot', '/forgot', 'form'],
];

const save = async (page, name, look) => {
  await page.evaluate('document.fonts.ready');
  const pictures = `[...document.querySelectorAll('video')].filter((v) => v.src && v.getBoundingClientRect().top < innerHeight)`;
  await page.waitForFunction(`${pictures}.every((v) => v.readyState >= 2)`);
  const png = await page.screenshot();
  const file = path.join(folder, `${name}-${look}.png`);
  await sharp(png).png({ palette: true, quality: 85, effort: 8 }).toFile(file);
};

/** What must be done on a page before it shows its best. */
const PREPARE = {
  brand: (page) => page.getByRole('button', { name: 'Write the prompt' }).click(),
  activity: async (page, { call, assetId }) => {
    await page.getByText('Live from the event log').waitFor();
    await call('POST', `/api/assets/${assetId}/regenerate`, {});
  },
};

const shootRegenerate = async (page, { projectId }, look) => {
  await page.goto(`/projects/${projectId}`);
  await page
    .locator('.card')
    .nth(1)
    .getByRole('button', { name: /^Regenerate/ })
    .click();
  await page.getByText('Uses 1 generation').waitFor();
  await save(page, 'regenerate', look);
  await page.getByRole('dialog').getByRole('radio', { name: 'Kinetic' }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Regenerate', exact: true }).click();
  await page.locator('.exposure.running[data-stage=stage1], .exposure.running[data-stage=single]').waitFor();
  await save(page, 'stages', look);
  await page.locator('[data-new=here] video').waitFor();
  await save(page, 'beside', look);
};

const shootLook = async (browser, system, customer, look) => {
  // To wait for a condition Playwright evaluates a text, which the policy of the page forbids.
  const context = await browser.newContext({ baseURL: system.publicUrl, bypassCSP: true, ...LOOKS[look] });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  for (const [name, address, sign] of DOORS) {
    await page.goto(address);
    await page.locator(sign).first().waitFor();
    await save(page, name, look);
  }
  const [name, ...value] = customer.cookie().split('=');
  await context.addCookies([{ name, value: value.join('='), url: system.publicUrl }]);
  for (const [name, address, sign] of pagesOf(customer)) {
    await page.goto(address);
    await PREPARE[name]?.(page, customer);
    await page.locator(sign).first().waitFor();
    await save(page, name, look);
  }
  await shootRegenerate(page, customer, look);
  await context.close();
};

/** Starts a system of its own, fills it, and writes every picture. */
export const takeAll = async () => {
  const { startSystem } = await import('../../libs/embedded/dist/system.js');
  mkdirSync(folder, { recursive: true });
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zoetrope-screenshots-'));
  const env = { ...process.env, LOG_LEVEL: 'warn' };
  const system = await startSystem({ dataDir, port: 0, fast: true, env });
  const operator = path.join(root, 'apps', 'operator', 'dist', 'main.js');
  const operatorEnv = { ...env, NATS_URL: system.natsUrl, DATABASE_URL: system.databaseUrl };
  const toPro = (email) =>
    promisify(execFile)(process.execPath, [operator, 'plan', email, 'pro'], { env: operatorEnv });
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ];
  const browser = await chromium.launch({ executablePath: process.env.ZOETROPE_CHROMIUM, args });
  try {
    const customer = await step('sample videos', () => makeCustomer(system, toPro));
    for (const look of Object.keys(LOOKS))
      await step(`screenshots, ${look}`, () => shootLook(browser, system, customer, look));
  } finally {
    await browser.close();
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};
