/** `npm run dashboard:types [address]`: writes the dashboard's types out of a running system's OpenAPI document. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

export const typesFile = path.resolve(import.meta.dirname, '../apps/dashboard/src/api/schema.d.ts');

const HEAD = '/** Made from /api/openapi.json by `npm run dashboard:types`; a test compares the two. */\n';

/** The text of the types of an OpenAPI document; the origin it was asked at leaves no trace in it. */
export const typesOf = async (document) => HEAD + astToString(await openapiTS({ ...document, servers: [] }));

if (process.argv[1] === import.meta.filename) {
  const origin = process.argv[2] ?? 'http://localhost:4000';
  const answer = await fetch(`${origin}/api/openapi.json`);
  if (!answer.ok) throw new Error(`${origin} answered ${answer.status}: is Zoetrope running there?`);
  writeFileSync(typesFile, await typesOf(await answer.json()));
}
