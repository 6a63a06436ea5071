/** `npm run ops -- <command>`: the operator's command line against the system that runs from this folder. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { node24 } from './packages.mjs';
import { onTerminal, Problem, reportFailure, root } from './run.mjs';
import { requireSetUp } from './set-up.mjs';

const program = 'apps/operator/dist/main.js';
const dataDir = () => path.resolve(process.env.ZOETROPE_DATA || path.join(root, '.zoetrope'));

/** What the launcher gives its services where the environment says nothing: the folder of objects, the key of secrets. */
const embedded = () => {
  const { S3_ENDPOINT, OBJECTS_DIR, ZOETROPE_SECRET_KEY } = process.env;
  const objects = S3_ENDPOINT ? {} : { OBJECTS_DIR: OBJECTS_DIR ?? path.join(dataDir(), 'objects') };
  const secrets = path.join(dataDir(), 'secrets.json');
  if (ZOETROPE_SECRET_KEY || !existsSync(secrets)) return objects;
  return { ...objects, ZOETROPE_SECRET_KEY: JSON.parse(readFileSync(secrets, 'utf8')).secretKey };
};

/** Addresses of the embedded servers, which the launcher writes while it runs; the environment goes first. */
const addresses = () => {
  const { NATS_URL, DATABASE_URL, PUBLIC_URL } = process.env;
  if (NATS_URL && DATABASE_URL) return {};
  const file = path.join(dataDir(), 'system.json');
  if (!existsSync(file))
    throw new Problem(
      `nothing runs on ${dataDir()}: start it with "npm start", or set NATS_URL and DATABASE_URL`,
    );
  const { nats, database, gateway, public: publicUrl } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    ...embedded(),
    GATEWAY_URL: process.env.GATEWAY_URL ?? gateway,
    NATS_URL: NATS_URL ?? nats,
    DATABASE_URL: DATABASE_URL ?? database,
    PUBLIC_URL: PUBLIC_URL ?? publicUrl,
  };
};

try {
  requireSetUp(program);
  const env = { ...process.env, ZOETROPE_DATA: dataDir(), ...addresses() };
  const words = [path.join(root, program), ...process.argv.slice(2)];
  process.exitCode = await onTerminal(node24, words, { env, cwd: process.cwd() });
} catch (error) {
  reportFailure(error);
}
