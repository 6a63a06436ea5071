/** Real: a clone nobody has started anything in, as far as these two commands look at it. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let clone: string;

beforeAll(() => {
  clone = mkdtempSync(path.join(tmpdir(), 'zt-clone-'));
  cpSync(import.meta.dirname, path.join(clone, 'tools'), { recursive: true });
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

describe('in a clone without packages', () => {
  it.each([
    ['demo.mjs', []],
    ['ops.mjs', ['lag']],
  ])('%s says in one line what to do', (name, args) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(clone, 'tools', name), ...args],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('zoetrope: nothing is installed or built here yet: run "npm start" first\n');
    expect([status, stdout]).toEqual([1, '']);
  });
});
