import { hasApt, installFromDebian } from './apt.mjs';
import { onPath, Problem, step } from './run.mjs';

/**
 * The browser that tests and screenshots run in: `ZOETROPE_CHROMIUM`, else Debian's, installed where it is missing.
 * Children find it in that variable.
 *
 * @throws Problem for somebody who may not install packages
 */
export const installChromium = async () => {
  if (!process.env.ZOETROPE_CHROMIUM && !onPath('chromium')) {
    if (process.getuid?.() !== 0 || !hasApt())
      throw new Problem('the tests need Chromium: install it, on Debian with "apt-get install chromium"');
    await step('chromium from Debian', () => installFromDebian('chromium'));
  }
  process.env.ZOETROPE_CHROMIUM ??= onPath('chromium') ?? '/usr/bin/chromium';
};
