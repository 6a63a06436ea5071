/**
 * `npm run corpus`: writes samples of each released version of each fact into libs/contracts/corpus/, where there are none
 * yet. What is there is never written again: it is what old logs hold, and libs/eventlog/src/corpus.spec.ts decodes it for
 * ever. Samples are made of the schemas as they are today: one with nothing optional, and as many with everything as it takes
 * for every word of every closed set to stand somewhere.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { root } from './run.mjs';

const folder = path.join(root, 'libs/contracts/corpus');
const { FACTS } = await import('@zoetrope/contracts/facts/registry');

/** Texts that the patterns of ids want; the first that fits is taken. */
const CANDIDATES = [
  '0123456789abcdef'.repeat(2),
  '0123456789abcdef'.repeat(4),
  `prj_${'a1'.repeat(10)}`,
  `pk_${'Ab1x'.repeat(6)}`,
  `sec_${'0f'.repeat(16)}`,
  `cmd_${'0f'.repeat(16)}`,
  `dlv_${'0f'.repeat(16)}`,
  `evt_${'0f'.repeat(16)}`,
  '2026-11',
  'owner_1',
];

const textOf = ({ pattern, minLength = 0 }) => {
  const wanted = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  const text = wanted ? CANDIDATES.find((one) => wanted.test(one)) : 'text'.padEnd(minLength, 'x');
  if (text === undefined) throw new Error(`no sample fits ${pattern}: add one to CANDIDATES`);
  return text;
};

/** A value of a JSON schema. `full`: with everything optional; `turn`: which of several possibilities. */
function sample(schema, full, turn) {
  const pick = (all) => all[turn % all.length];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return sample(pick(either), full, turn);
  if (Array.isArray(schema.type)) return sample({ ...schema, type: pick(schema.type) }, full, turn);
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, Math.min(7, schema.maximum ?? 7));
    case 'boolean':
      return turn % 2 === 0;
    case 'null':
      return null;
    case 'array':
      return full || schema.minItems ? [sample(schema.items, full, turn)] : [];
    case 'object':
      return objectOf(schema, full, turn);
    default:
      return { any: 'thing' };
  }
}

function objectOf({ properties = {}, required = [] }, full, turn) {
  const names = Object.keys(properties).filter((name) => full || required.includes(name));
  return Object.fromEntries(names.map((name) => [name, sample(properties[name], full, turn)]));
}

/** How many samples it takes for each possibility to stand in one. */
function possibilities(schema) {
  if (typeof schema !== 'object' || schema === null) return 1;
  const types = Array.isArray(schema.type) ? schema.type : [1];
  const here = (schema.enum ?? schema.anyOf ?? schema.oneOf ?? types).length;
  const below = Object.values(schema).flatMap((one) => (Array.isArray(one) ? one : [one]));
  return Math.max(here, schema.type === 'boolean' ? 2 : 1, ...below.map(possibilities));
}

let written = 0;
mkdirSync(folder, { recursive: true });
for (const { type, version, schema } of FACTS.values()) {
  const file = path.join(folder, `${type}.v${version}.json`);
  if (existsSync(file)) continue;
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const full = Array.from({ length: possibilities(json) }, (_, turn) => sample(json, true, turn));
  const samples = [sample(json, false, 0), ...full];
  for (const one of samples) schema.parse(one);
  writeFileSync(file, `${JSON.stringify(samples, null, 2)}\n`);
  written++;
}
process.stdout.write(`${written} written, ${FACTS.size - written} were there\n`);
