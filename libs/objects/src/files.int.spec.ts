/** What only a folder can get wrong: crashes half way, and keys that run into each other. Real folders. */
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openFileStore } from './files.js';
import { openObjectStore } from './open.js';
import type { ObjectStore } from './store.js';

const mp4 = { contentType: 'video/mp4' };
const refused = (code: string) => expect.objectContaining({ name: 'ObjectStoreError', code });

let folder: string;
let store: ObjectStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'objects-'));
  store = await openFileStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const keys = async () => {
  const found: string[] = [];
  for await (const key of store.list('')) found.push(key);
  return found;
};

describe('a folder of objects', () => {
  it('does not list what a crashed writer left, and clears it a day later', async () => {
    await store.put('a/kept.mp4', Buffer.from('kept'), mp4);
    const [fresh, old] = [join(folder, 'tmp', 'put-fresh'), join(folder, 'tmp', 'put-old')];
    for (const path of [fresh, old]) await writeFile(path, 'half');
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(old, yesterday, yesterday);
    expect(await keys()).toEqual(['a/kept.mp4']);
    await openFileStore(folder);
    // The fresh one may belong to a process that is still writing.
    expect(await readdir(join(folder, 'tmp'))).toEqual(['put-fresh']);
  });

  it('leaves no temporary file after a put, whether it worked or not', async () => {
    await store.put('a', Buffer.from('x'), mp4);
    await expect(store.put('a', Buffer.from('y'), mp4)).rejects.toEqual(refused('conflict'));
    await expect(store.put('b', { path: join(folder, 'missing') }, mp4)).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  it('serves an object whose note a crash lost by its extension, until the put is repeated', async () => {
    const png = { contentType: 'image/x-png' };
    await store.put('a/b.png', Buffer.from('x'), png);
    await rm(join(folder, 'notes', 'a'), { recursive: true });
    expect(await store.head('a/b.png')).toEqual({ bytes: 1, contentType: 'image/png' });
    await store.put('a/b.png', Buffer.from('x'), png);
    expect(await store.head('a/b.png')).toMatchObject(png);
  });

  it('refuses a key that runs through an object or names a folder of keys', async () => {
    await store.put('a/b', Buffer.from('x'), mp4);
    for (const key of ['a/b/c', 'a/b/c/d', 'a']) {
      await expect(store.put(key, Buffer.from('x'), mp4)).rejects.toEqual(refused('invalid_key'));
    }
    expect(await keys()).toEqual(['a/b']);
  });

  it('keeps no empty folders, and loses no put to their removal', async () => {
    const comeAndGo = async (worker: number) => {
      for (let round = 0; round < 20; round++) {
        await store.put(`deep/er/${worker}`, Buffer.from('x'), mp4);
        await store.delete(`deep/er/${worker}`);
      }
    };
    await Promise.all([0, 1, 2, 3].map(comeAndGo));
    expect([await readdir(join(folder, 'data')), await readdir(join(folder, 'notes'))]).toEqual([[], []]);
  });

  it('says what to do when the folder cannot be used', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'not a folder');
    await expect(openFileStore(file)).rejects.toMatchObject({
      code: 'unavailable',
      message: `cannot write in ${file} (ENOTDIR): make it writable or set OBJECTS_DIR to another folder`,
    });
  });

  it('says so at once, too, where nothing can be made and nobody says why', async () => {
    // Node's recursive mkdir never returns from here.
    await expect(openFileStore('/proc/zoetrope/objects')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^cannot write in \/proc\/zoetrope\/objects \(ENOENT\): make it writable/,
      ),
    });
  });

  it('publishes nothing that the disk did not keep as it was given, and takes it at the next attempt', async () => {
    async function* spoilt() {
      yield Buffer.from('whole');
      const [name = ''] = await readdir(join(folder, 'tmp'));
      await writeFile(join(folder, 'tmp', name), 'wrong');
    }
    await expect(store.put('a/b', spoilt(), mp4)).rejects.toEqual(refused('corrupted'));
    expect([await keys(), await readdir(join(folder, 'tmp'))]).toEqual([[], []]);
    await store.put('a/b', Buffer.from('whole'), mp4);
    expect(await keys()).toEqual(['a/b']);
  });
});

describe('the choice of a store', () => {
  it.each([
    [{}, 'no object store: set OBJECTS_DIR to a folder, or S3_ENDPOINT and S3_BUCKET'],
    [{ S3_ENDPOINT: 'http://127.0.0.1:1', OBJECTS_DIR: '/tmp' }, 'S3_ENDPOINT and S3_BUCKET go together'],
    [
      { S3_ENDPOINT: 'http://127.0.0.1:1', S3_BUCKET: 'objects', S3_ACCESS_KEY_ID: 'x' },
      'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together',
    ],
  ])('refuses half a choice: %j', async (config, message) => {
    await expect(openObjectStore(config)).rejects.toThrow(message);
  });

  it('says which settings to look at when S3 does not answer', async () => {
    const keysOfS3 = { S3_ACCESS_KEY_ID: 'x', S3_SECRET_ACCESS_KEY: 'y' };
    const config = { S3_ENDPOINT: 'http://127.0.0.1:1', S3_BUCKET: 'objects', ...keysOfS3 };
    const error = await openObjectStore(config).catch((thrown: Error) => thrown);
    expect(error).toEqual(refused('unavailable'));
    expect(String(error)).toMatch(
      /bucket objects at http:\/\/127.0.0.1:1: .*ECONNREFUSED.*check S3_ENDPOINT, S3_BUCKET/,
    );
  });
});
