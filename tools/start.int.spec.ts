/** Real: `npm start` as a child process, on folders that no system can live in. It must end by itself. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const start = path.join(import.meta.dirname, 'start.mjs');
let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'zt-start-'));
  writeFileSync(path.join(root, 'file'), '');
  symlinkSync(path.join(root, 'nowhere'), path.join(root, 'dead-link'));
  mkdirSync(path.join(root, 'disk'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  code: unknown;
  stderr: string;
}

const ending = (dataDir: string, prefix: string[] = []): Promise<Ended> =>
  new Promise((resolve) => {
    const [command = '', ...args] = [...prefix, process.execPath, start];
    const env = { ...process.env, ZOETROPE_DATA: dataDir, PORT: '0' };
    execFile(command, args, { env, timeout: 60_000, killSignal: 'SIGKILL' }, (error, _stdout, stderr) =>
      resolve({ code: error?.code ?? error?.signal ?? 0, stderr }),
    );
  });

const refusal = (dataDir: string, why: string): Ended => ({
  code: 1,
  stderr: `zoetrope: ${dataDir} cannot be used as a data folder: ${why}; set ZOETROPE_DATA to another one\n`,
});

/** A small disk of our own, mounted for the child only; needs user namespaces. */
const onDisk = (options: string): string[] => {
  const disk = path.join(root, 'disk');
  const script = `mount -t tmpfs -o ${options} none '${disk}' && exec "$@"`;
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh'];
};
const namespaces = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;
const withDisks = namespaces ? it : it.skip;

describe('a data folder that cannot be used ends the start at once, with one line', () => {
  it('a file in its place', async () => {
    const file = path.join(root, 'file');
    expect(await ending(file)).toEqual(refusal(file, 'a file is in its place'));
  }, 90_000);

  it('a folder under a file', async () => {
    const under = path.join(root, 'file', 'deep', 'data');
    const why = 'a file is in its place or in place of a folder above it';
    expect(await ending(under)).toEqual(refusal(under, why));
  }, 90_000);

  it('a link to nowhere', async () => {
    const link = path.join(root, 'dead-link');
    expect(await ending(link)).toEqual(refusal(link, 'a file is in its place'));
  }, 90_000);

  it.each(['/proc/nope', '/proc/nope/deep/er'])(
    '%s, where nothing can be made',
    async (folder) => {
      expect(await ending(folder)).toEqual(refusal(folder, 'it cannot be made there'));
    },
    90_000,
  );

  withDisks(
    'a read-only disk',
    async () => {
      const disk = path.join(root, 'disk');
      const why = 'its file system is read-only';
      expect(await ending(disk, onDisk('ro'))).toEqual(refusal(disk, why));
      const below = path.join(disk, 'data');
      expect(await ending(below, onDisk('ro'))).toEqual(refusal(below, why));
    },
    90_000,
  );

  withDisks(
    'a disk that is too small',
    async () => {
      const disk = path.join(root, 'disk');
      const why = '7 MiB are free on its disk, 200 MiB are needed';
      expect(await ending(disk, onDisk('size=7m'))).toEqual(refusal(disk, why));
    },
    90_000,
  );

  withDisks(
    'a disk without room for one more file',
    async () => {
      const disk = path.join(root, 'disk');
      const why = 'no space is left on its disk';
      expect(await ending(disk, onDisk('size=300m,nr_inodes=1'))).toEqual(refusal(disk, why));
    },
    90_000,
  );
});
