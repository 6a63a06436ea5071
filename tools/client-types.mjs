/** `npm run client:types [address]`: writes the SDK's types out of a running system's OpenAPI document. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

export const clientTypesFile = path.resolve(import.meta.dirname, '../libs/client/src/openapi.ts');

const HEAD = `// biome-ignore-all format: generated
// biome-ignore-all lint: generated
/** Made from /api/openapi.json by \`npm run client:types\`; a test compares the two. */
`;

/** Errors all look the same and are one class in the SDK, so only what succeeds needs a type. */
const succeeding = (operation) =>
  operation?.responses
    ? {
        ...operation,
        responses: Object.fromEntries(
          Object.entries(operation.responses).filter(([status]) => status.startsWith('2')),
        ),
      }
    : operation;

/** The text of the types of an OpenAPI document; the origin it was asked at leaves no trace in it. */
export async function clientTypesOf(document) {
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([route, item]) => [
      route,
      Object.fromEntries(Object.entries(item).map(([verb, operation]) => [verb, succeeding(operation)])),
    ]),
  );
  return HEAD + astToString(await openapiTS({ ...document, paths, webhooks: {}, servers: [] }));
}

if (process.argv[1] === import.meta.filename) {
  const origin = process.argv[2] ?? 'http://localhost:4000';
  const answer = await fetch(`${origin}/api/openapi.json`);
  if (!answer.ok) throw new Error(`${origin} answered ${answer.status}: is Zoetrope running there?`);
  writeFileSync(clientTypesFile, await clientTypesOf(await answer.json()));
}
