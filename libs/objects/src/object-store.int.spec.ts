/**
 * The contract that makes something a driver. Real: folders on disk, and an S3 server over HTTP behind a door that does
 * what R2, AWS and MinIO do and this server does not (testing.ts).
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ObjectStoreConfig } from './open.js';
import type { ByteRange, ObjectStore } from './store.js';
import { type Driver, fileDriver, s3Driver } from './testing.js';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const mp4 = { contentType: 'video/mp4' };
const refused = (code: string) => expect.objectContaining({ name: 'ObjectStoreError', code });

const s3With = (config: ObjectStoreConfig) => async (): Promise<Driver> => {
  const driver = await s3Driver();
  return { open: () => driver.open(config), close: () => driver.close() };
};

describe.each([
  ['files', fileDriver],
  ['S3', s3Driver],
  ['S3 in parts', s3With({ S3_MULTIPART_MB: 0 })],
  ['S3 with checksums', s3With({ S3_CHECKSUMS: 'when_supported' })],
] as [string, () => Promise<Driver>][])('an object store of %s', (_name, start) => {
  let driver: Driver;
  let store: ObjectStore;
  beforeAll(async () => {
    driver = await start();
    store = await driver.open();
  });
  afterAll(() => driver.close());

  const put = (key: string, text: string) => store.put(key, Buffer.from(text), mp4);
  const text = async (key: string, range?: ByteRange) => {
    const content = await store.get(key, range);
    return content && (await buffer(content.stream)).toString();
  };
  const keys = async (prefix: string) => {
    const found: string[] = [];
    for await (const key of store.list(prefix)) found.push(key);
    return found;
  };

  it('gives back what was put, with its type, length and hash, also after opening it again', async () => {
    expect(await put('a/1/video.mp4', 'moving')).toEqual({
      key: 'a/1/video.mp4',
      bytes: 6,
      sha256: sha256('moving'),
    });
    const again = await driver.open();
    const content = await again.get('a/1/video.mp4');
    expect(content).toMatchObject({ bytes: 6, size: 6, contentType: 'video/mp4' });
    expect(content && (await buffer(content.stream)).toString()).toBe('moving');
    const head = { bytes: 6, contentType: 'video/mp4', sha256: sha256('moving') };
    expect(await again.head('a/1/video.mp4')).toEqual(head);
  });

  it('keeps a content type that the key does not tell', async () => {
    await store.put('typed/thing', Buffer.from('x'), { contentType: 'text/x-thing' });
    expect(await store.head('typed/thing')).toMatchObject({ contentType: 'text/x-thing' });
  });

  it('takes bytes from memory, from a file and from a stream alike', async () => {
    const bytes = Buffer.alloc(3_000_000, 'zoetrope');
    const path = join(await mkdtemp(join(tmpdir(), 'body-')), 'body');
    await writeFile(path, bytes);
    const chunks = Array.from({ length: 30 }, (_, i) => bytes.subarray(i * 100_000, (i + 1) * 100_000));
    const bodies = { memory: bytes, file: { path }, stream: Readable.from(chunks) };
    for (const [kind, body] of Object.entries(bodies)) {
      const stored = await store.put(`bodies/${kind}`, body, { ...mp4, sha256: sha256(bytes) });
      expect(stored).toEqual({ key: `bodies/${kind}`, bytes: bytes.length, sha256: sha256(bytes) });
      const content = await store.get(`bodies/${kind}`);
      expect(content && (await buffer(content.stream)).equals(bytes)).toBe(true);
    }
    await rm(dirname(path), { recursive: true });
  });

  it('keeps an empty object', async () => {
    await put('empty', '');
    expect([await text('empty'), (await store.head('empty'))?.bytes]).toEqual(['', 0]);
    await expect(store.get('empty', { start: 0 })).rejects.toEqual(refused('range_not_satisfiable'));
  });

  it('has nothing where nothing was put', async () => {
    await put('folder/object', 'x');
    for (const key of ['nothing', 'folder', 'folder/object/below', 'folder/other']) {
      expect([key, await store.get(key), await store.head(key)]).toEqual([key, undefined, undefined]);
      await store.delete(key);
    }
    expect(await text('folder/object')).toBe('x');
  });

  it('takes the same bytes again and refuses others', async () => {
    await put('fixed', 'first');
    expect(await put('fixed', 'first')).toMatchObject({ sha256: sha256('first') });
    await expect(put('fixed', 'other')).rejects.toEqual(refused('conflict'));
    expect(await text('fixed')).toBe('first');
  });

  it('publishes nothing whose hash is not the announced one', async () => {
    const wrong = store.put('announced', Readable.from([Buffer.from('x')]), { ...mp4, sha256: sha256('y') });
    await expect(wrong).rejects.toEqual(refused('hash_mismatch'));
    expect(await store.head('announced')).toBeUndefined();
  });

  it('shows nothing of a put that is under way or has failed', async () => {
    const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* halting() {
      yield Buffer.from('half');
      reached.resolve();
      await goOn.promise;
    }
    const putting = store.put('halting/one', halting(), mp4);
    await reached.promise;
    expect([await store.head('halting/one'), await keys('halting/')]).toEqual([undefined, []]);
    goOn.reject(new Error('the sender went away'));
    await expect(putting).rejects.toThrow('the sender went away');
    expect([await store.head('halting/one'), await keys('halting/')]).toEqual([undefined, []]);
  });

  it('is written once by fifty that put one key at once', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => put('race/same', 'equal bytes')));
    expect(new Set(results.map((stored) => stored.sha256))).toEqual(new Set([sha256('equal bytes')]));
    expect([await text('race/same'), await keys('race/')]).toEqual(['equal bytes', ['race/same']]);
  });

  it('keeps one of two bodies that are put at once, and refuses every other', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => `body ${i % 2}`);
    const results = await Promise.allSettled(bodies.map((body) => put('race/other', body)));
    const kept = await text('race/other');
    expect(bodies).toContain(kept);
    const verdicts = results.map((result) => (result.status === 'fulfilled' ? 'kept' : result.reason.code));
    expect(verdicts).toEqual(bodies.map((body) => (body === kept ? 'kept' : 'conflict')));
  });

  it.each<[ByteRange, string]>([
    [{ start: 0, end: 0 }, '0'],
    [{ start: 2, end: 4 }, '234'],
    [{ start: 7 }, '789'],
    [{ start: 9, end: 9 }, '9'],
    [{ start: 5, end: 500 }, '56789'],
  ])('reads the bytes %j', async (range, expected) => {
    await put('digits', '0123456789');
    expect(await text('digits', range)).toBe(expected);
    const content = await store.get('digits', range);
    content?.stream.destroy();
    expect([content?.bytes, content?.size]).toEqual([expected.length, 10]);
  });

  it.each<ByteRange>([
    { start: 10 },
    { start: 99, end: 100 },
    { start: -1 },
    { start: 3, end: 2 },
    { start: 0.5 },
  ])('refuses the bytes %j', async (range) => {
    await put('digits', '0123456789');
    await expect(store.get('digits', range)).rejects.toEqual(refused('range_not_satisfiable'));
  });

  it('lists by prefix, in order, the middle of a name included', async () => {
    for (const key of ['list/a/x', 'list/a-b/x', 'list/ab', 'list/a.b', 'list/b/c/d', 'lists'])
      await put(key, key);
    expect(await keys('list/')).toEqual(['list/a-b/x', 'list/a.b', 'list/a/x', 'list/ab', 'list/b/c/d']);
    expect(await keys('list/a')).toEqual(['list/a-b/x', 'list/a.b', 'list/a/x', 'list/ab']);
    expect(await keys('list/b/c/')).toEqual(['list/b/c/d']);
    expect(await keys('lists')).toEqual(['lists']);
    expect(await keys('list/none')).toEqual([]);
    expect(await keys('')).toEqual(expect.arrayContaining(['list/ab', 'lists']));
  });

  it('deletes, more than once, and takes other bytes afterwards', async () => {
    await put('gone/now', 'first');
    const reader = await store.get('gone/now');
    await store.delete('gone/now');
    await store.delete('gone/now');
    expect([await store.head('gone/now'), await keys('gone')]).toEqual([undefined, []]);
    expect(reader && (await buffer(reader.stream)).toString()).toBe('first');
    await store.put('gone/now', Buffer.from('second'), { contentType: 'image/png' });
    expect(await store.head('gone/now')).toMatchObject({
      contentType: 'image/png',
      sha256: sha256('second'),
    });
  });

  it.each([
    '',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a\\b',
    'a\0',
    'a b',
    'é',
    'a'.repeat(201),
  ])('refuses the key %j', async (key) => {
    const calls = [put(key, 'x'), store.get(key), store.head(key), store.delete(key)];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: refused('invalid_key') });
    }
  });
});
