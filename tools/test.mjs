/**
 * `npm test`: sets the machine up, checks format, lint and types, builds, and runs every test. With arguments
 * it passes them to Jest and leaves the checks out: `npm test -- libs/domain`.
 */
import path from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { installChromium } from './chromium.mjs';
import { installEdgeCaches } from './edge-caches.mjs';
import { node24 } from './packages.mjs';
import { onTerminal, Problem, reportFailure, root, step } from './run.mjs';

const bin = (name) => path.join(root, 'node_modules', '.bin', name);
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');

const check = async (title, command, args) => {
  const code = await step(title, () => onTerminal(command, args));
  if (code !== 0) throw new Problem(`${title} failed: see above`);
};

try {
  await bootstrap();
  await installEdgeCaches();
  await installChromium();
  const args = process.argv.slice(2);
  if (args.length === 0) {
    await check('format and lint', bin('biome'), ['check', '--error-on-warnings', '.']);
    await check('types', bin('tsc'), ['-p', 'tsconfig.json', '--noEmit']);
    await check('types of the dashboard', bin('tsc'), ['-p', 'apps/dashboard', '--noEmit']);
  }
  const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
  process.exitCode = await onTerminal(node24, [jest, ...args], { env });
} catch (error) {
  reportFailure(error);
}
