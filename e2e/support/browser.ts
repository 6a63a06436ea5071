import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { TestSystem } from './system.js';

/** Debian's; `npm test` installs it and says where it is. */
const executablePath = process.env.ZOETROPE_CHROMIUM ?? '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = (): Promise<Browser> => chromium.launch({ executablePath, args: QUIET });

/** A page that remembers what went wrong in it: scripts that threw, and what the policy refused. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: string[];
}

const isFault = (text: string): boolean => /Content Security Policy|Uncaught|Minified React error/.test(text);

/** A page of a context of its own on `system`, signed in with the given cookie header. */
export async function openPage(
  browser: Browser,
  system: Pick<TestSystem, 'publicUrl'>,
  cookie?: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: system.publicUrl, ...options });
  const [name, value] = cookie?.split('=', 2) ?? [];
  if (cookie && name)
    await context.addCookies([
      { name, value: cookie.slice(name.length + 1) || String(value), url: system.publicUrl },
    ]);
  const page = await context.newPage();
  // A busy machine is slow and nothing else.
  page.setDefaultTimeout(120_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && isFault(message.text())) faults.push(message.text());
  });
  return { page, faults };
}

type InBrowser<R> = (element: unknown) => R | Promise<R>;

/** A function for the browser out of its text, since our own types know no document. */
export const inBrowser = <R>(text: string): InBrowser<R> => new Function(`return ${text}`)() as InBrowser<R>;

/** The picture a video shows now, as 32 × 24 pixels of four channels. */
export const PIXELS = inBrowser<number[]>(`(video) => {
  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 24;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 32, 24);
  return [...context.getImageData(0, 0, 32, 24).data];
}`);

/** Mean difference of two pictures' channels, 0 to 255. */
export const difference = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, n) => sum + Math.abs(value - (b[n] ?? 0)), 0) / a.length;
