/**
 * `npm run dashboard:types [address] [-- --check]`: writes the dashboard's types out of a running system's OpenAPI
 * document; with --check it changes nothing and exits 1 when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';

const file = path.resolve(import.meta.dirname, '../apps/dashboard/src/api/schema.d.ts');
const HEAD = '/** Made from /api/openapi.json by `npm run dashboard:types`; a test compares the two. */\n';

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean' } },
  allowPositionals: true,
});
const origin = positionals[0] ?? 'http://localhost:4000';
const answer = await fetch(`${origin}/api/openapi.json`);
if (!answer.ok) throw new Error(`${origin} answered ${answer.status}: is Zoetrope running there?`);

// The origin it was asked at must leave no trace.
const types = HEAD + astToString(await openapiTS({ ...(await answer.json()), servers: [] }));
if (!values.check) writeFileSync(file, types);
else if (readFileSync(file, 'utf8') !== types) {
  process.stderr.write(
    'apps/dashboard/src/api/schema.d.ts is not current: start Zoetrope and run "npm run dashboard:types"\n',
  );
  process.exitCode = 1;
}
