import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';

/** Real: the linter with the repository's own configuration, on files that break one arrow each. */
const root = resolve(import.meta.dirname, '../..');
const planted: string[] = [];

function lint(path: string, source: string): string {
  const file = join(root, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, source);
  planted.push(file);
  try {
    execFileSync(join(root, 'node_modules/.bin/biome'), ['lint', file], { cwd: root, stdio: 'pipe' });
    return 'clean';
  } catch (error) {
    return (
      String((error as { stdout: Buffer; stderr: Buffer }).stdout) +
      String((error as { stderr: Buffer }).stderr)
    );
  }
}

afterEach(() => {
  for (const file of planted.splice(0)) rmSync(file);
});

describe('the import arrows', () => {
  const uses = (from: string) => `import { thing } from '${from}';\nexport const used = thing;\n`;
  const forbidden: [string, string, string, RegExp][] = [
    [
      'domain reads no clock',
      'libs/domain/src/planted-clock.ts',
      'export const now = () => Date.now();\n',
      /Date/,
    ],
    [
      'domain draws no randomness',
      'libs/domain/src/planted-random.ts',
      'export const draw = () => Math.random();\n',
      /Randomness is an argument/,
    ],
    ['domain imports no Node', 'libs/domain/src/planted-node.ts', uses('node:fs'), /domain is pure/],
    [
      'domain imports no framework',
      'libs/domain/src/planted-nest.ts',
      uses('@nestjs/common'),
      /domain is pure/,
    ],
    [
      'domain imports no other lib',
      'libs/domain/src/planted-lib.ts',
      uses('@zoetrope/eventlog/connect'),
      /domain is pure/,
    ],
    [
      'contracts imports nothing of ours',
      'libs/contracts/src/planted.ts',
      uses('@zoetrope/domain/asset'),
      /contracts imports nothing/,
    ],
    [
      'a lib imports no app',
      'libs/media/src/planted.ts',
      uses('@zoetrope/gateway/main'),
      /A lib never imports an app/,
    ],
    [
      'a projector reaches no reactor',
      'libs/projections/src/planted.ts',
      uses('@zoetrope/eventlog/transport'),
      /A projector only reads the log/,
    ],
    [
      'a projector speaks to nobody',
      'libs/projections/src/planted-http.ts',
      uses('undici'),
      /A projector only reads the log/,
    ],
    [
      'an app imports no other app',
      'apps/quota/src/planted.ts',
      uses('@zoetrope/gateway/main'),
      /never another app/,
    ],
    [
      'not by a path either',
      'apps/quota/src/planted-path.ts',
      uses('../../../apps/gateway/src/main.js'),
      /never another app/,
    ],
  ];
  it.each(forbidden)('%s', (_title, path, source, complaint) => {
    expect(lint(path, source)).toMatch(complaint);
  });

  it('lets domain import contracts and itself', () => {
    expect(lint('libs/domain/src/planted-right.ts', uses('@zoetrope/contracts/plans'))).toBe('clean');
    expect(lint('libs/domain/src/planted-self.ts', uses('./decision.js'))).toBe('clean');
  });
});
