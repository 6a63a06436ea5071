import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

/** Over the files of the build: what index.html makes a browser load before anybody does anything. */
const dist = path.resolve(import.meta.dirname, '../apps/dashboard/dist');
const LIMIT_BYTES = 200 * 1_000;

it('the first load is less than 200 KB of JavaScript, gzipped, with everything that it imports at once', () => {
  const html = readFileSync(path.join(dist, 'index.html'), 'utf8');
  const waiting = [...html.matchAll(/(?:src|href)="\/static\/([^"]+\.js)"/g)].map(([, name = '']) => name);
  const loaded = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (loaded.has(name)) continue;
    loaded.add(name);
    const text = readFileSync(path.join(dist, 'static', name), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s?["']\.\/([^"']+\.js)["']/g)];
    waiting.push(...imports.map(([, imported = '']) => imported));
  }
  const bytes = [...loaded].reduce(
    (sum, name) => sum + statSync(path.join(dist, 'static', `${name}.gz`)).size,
    0,
  );
  expect(loaded.size).toBeGreaterThan(0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(LIMIT_BYTES);
});
