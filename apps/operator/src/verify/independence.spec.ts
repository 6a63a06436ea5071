import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

const FOLDERS = [import.meta.dirname];

it('verify reads and folds the log in its own words: nothing of the projectors, the domain or our log adapter', () => {
  const imports = FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
      .flatMap((name) =>
        [...readFileSync(path.join(folder, name), 'utf8').matchAll(/from '([^']+)'/g)].map(
          ([, from = '']) => `${name} ${from}`,
        ),
      ),
  );
  expect(imports.length).toBeGreaterThan(20);
  expect(imports.filter((one) => /@zoetrope\/(projections|domain|eventlog|gateway)/.test(one))).toEqual([]);
  // What it shares with the rest of this command is how to connect and to print.
  expect(imports.filter((one) => / \.\.\/(?!connections|terminal)/.test(one))).toEqual([]);
});
