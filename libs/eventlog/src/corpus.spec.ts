import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { headers } from '@nats-io/nats-core';
import { defineFact, type FactType } from '@zoetrope/contracts/fact';
import { GenerationFailed } from '@zoetrope/contracts/facts/generation';
import { FACTS } from '@zoetrope/contracts/facts/registry';
import { z } from 'zod';
import { decode } from './decode.js';
import { NotAFact } from './errors.js';

/** Samples of every released version of every fact, as old logs hold them. They are added to, never changed. */
const FOLDER = path.resolve(import.meta.dirname, '../../contracts/corpus');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const samplesOf = (file: string): unknown[] => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));

const decoded = (file: string, data: unknown, kinds?: ReadonlyMap<string, FactType>) => {
  const given = headers();
  given.set('ce-type', `zoetrope.${file.replace(/\.json$/, '')}`);
  given.set('ce-id', 'id');
  given.set('ce-causationid', 'cause');
  const body = new TextEncoder().encode(JSON.stringify(data));
  return decode({ stream: 'S', subject: 's', seq: 1, ts: 1, headers: given, body }, kinds);
};

describe('the corpus of released facts', () => {
  it('has every version of every fact: what is released gets its samples (npm run corpus)', () => {
    const versions = [...FACTS.values()].flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, before) => `${type}.v${before + 1}.json`),
    );
    expect(versions.filter((file) => !files.includes(file))).toEqual([]);
  });

  it.each(files)('%s is still read', (file) => {
    const [, type = '', version] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? [];
    for (const sample of samplesOf(file)) {
      const fact = decoded(file, sample);
      expect(fact).toMatchObject({ type, version: FACTS.get(type)?.version });
      // Of the present version nothing is lost on the way either.
      if (Number(version) === FACTS.get(type)?.version) expect(fact.data).toEqual(sample);
    }
  });

  it('notices a field that became required, one that went, and a word that a closed set lost', () => {
    const { shape } = GenerationFailed.schema;
    const { message: _, ...without } = shape;
    const edits = [
      z.strictObject({ ...shape, severity: z.string() }),
      z.strictObject(without),
      z.strictObject({ ...shape, code: z.enum(['i2v_failed']) }),
    ];
    for (const schema of edits) {
      const edited = defineFact('GenerationFailed', 1, 'generator', schema) as unknown as FactType;
      const kinds = new Map([['GenerationFailed', edited]]);
      const read = () =>
        samplesOf('GenerationFailed.v1.json').map((sample) =>
          decoded('GenerationFailed.v1.json', sample, kinds),
        );
      expect(read).toThrow(NotAFact);
    }
  });
});
