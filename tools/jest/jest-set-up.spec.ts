import { existsSync, globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';

interface TempFolder {
  open(): string;
  close(): void;
}
interface Guesses {
  guesses: [RegExp, number][];
  guessedSeconds(file: string): number;
}
const load = async <T>(name: string): Promise<T> => import(path.join(import.meta.dirname, name));
const root = path.resolve(import.meta.dirname, '../..');

describe('the temporary folder of a run', () => {
  const before = process.env.TMPDIR;
  afterEach(() => {
    process.env.TMPDIR = before;
  });

  it('is its own and goes with it', async () => {
    const { open, close } = await load<TempFolder>('temp-folder.mjs');
    const folder = open();
    expect([process.env.TMPDIR, existsSync(folder)]).toEqual([folder, true]);
    close();
    expect(existsSync(folder)).toBe(false);
  });

  it('names what specs left in it, and goes all the same', async () => {
    const { open, close } = await load<TempFolder>('temp-folder.mjs');
    const folder = open();
    for (const name of ['zt-forgotten', 'node-compile-cache']) writeFileSync(path.join(folder, name), '');
    expect(close).toThrow(`specs left behind in ${folder}: zt-forgotten`);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('the order of specs that nobody has timed', () => {
  const specs = ['e2e/*.spec.ts', '{apps,libs}/*/src/**/*.spec.ts', 'tools/**/*.spec.ts'].flatMap((pattern) =>
    globSync(pattern, { cwd: root }),
  );

  it('puts the longest first and pure ones last', async () => {
    const { guessedSeconds } = await load<Guesses>('guessed-seconds.mjs');
    const order = specs.toSorted((a, b) => guessedSeconds(b) - guessedSeconds(a));
    expect(order[0]).toBe('e2e/kill-matrix.e2e.spec.ts');
    expect(order.at(-1)).not.toMatch(/\.(int|e2e)\.spec/);
  });

  it('guesses about nothing that is gone', async () => {
    const { guesses } = await load<Guesses>('guessed-seconds.mjs');
    for (const [pattern] of guesses)
      expect([pattern, specs.some((file) => pattern.test(file))]).toEqual([pattern, true]);
  });
});
