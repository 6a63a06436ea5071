/** `npm run ops -- <command>`: the operator's command line against the system that runs from this folder. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { node24 } from './packages.mjs';
import { onTerminal, Problem, reportFailure, root } from './run.mjs';

const dataDir = () => path.resolve(process.env.ZOETROPE_DATA || path.join(root, '.zoetrope'));

/** Addresses of the embedded servers, which the launcher writes while it runs; the environment goes first. */
const addresses = () => {
  const { NATS_URL, DATABASE_URL } = process.env;
  if (NATS_URL && DATABASE_URL) return {};
  const file = path.join(dataDir(), 'system.json');
  if (!existsSync(file))
    throw new Problem(
      `nothing runs on ${dataDir()}: start it with "npm start", or set NATS_URL and DATABASE_URL`,
    );
  const { nats, database } = JSON.parse(readFileSync(file, 'utf8'));
  return { NATS_URL: NATS_URL ?? nats, DATABASE_URL: DATABASE_URL ?? database };
};

try {
  await bootstrap();
  const env = { ...process.env, ZOETROPE_DATA: dataDir(), ...addresses() };
  const entry = path.join(root, 'apps', 'operator', 'dist', 'main.js');
  if (!existsSync(entry)) throw new Problem('the operator program is not built: run "npm run build"');
  process.exitCode = await onTerminal(node24, [entry, ...process.argv.slice(2)], { env, cwd: process.cwd() });
} catch (error) {
  reportFailure(error);
}
