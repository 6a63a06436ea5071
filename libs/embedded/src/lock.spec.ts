import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { takeLock } from './lock.js';
import { startTimeOf } from './pids.js';

let folder: string;
let file: string;
const inUse = (pid: number): string => `held by ${pid}`;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'zt-lock-'));
  file = path.join(folder, 'lock');
});
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a lock file', () => {
  it('is held by one, and free after release', () => {
    const release = takeLock(file, inUse);
    expect(() => takeLock(file, inUse)).toThrow(`held by ${process.pid}`);
    release();
    expect(existsSync(file)).toBe(false);
    takeLock(file, inUse)();
  });

  it('of a dead process is nobody’s, although its pid lives again as another', () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: '1' }));
    const release = takeLock(file, inUse);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      pid: process.pid,
      startTime: startTimeOf(process.pid),
    });
    release();
  });

  it('of a living other process is respected', () => {
    const parent = process.ppid;
    writeFileSync(file, JSON.stringify({ pid: parent, startTime: startTimeOf(parent) }));
    expect(() => takeLock(file, inUse)).toThrow(`held by ${parent}`);
  });

  it('that is garbage is nobody’s', () => {
    writeFileSync(file, '{"pid": 1');
    takeLock(file, inUse)();
    expect(existsSync(file)).toBe(false);
  });
});
