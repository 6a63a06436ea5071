/** What only a service over the network can get wrong. Real: an S3 server over HTTP behind a door that can misbehave. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ObjectStore } from './store.js';
import { type S3Driver, s3Driver } from './testing.js';

const MIB = 1024 * 1024;
const mp4 = { contentType: 'video/mp4' };
const refused = (code: string) => expect.objectContaining({ name: 'ObjectStoreError', code });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Three parts of different bytes, the last a short one. */
const large = Buffer.concat([Buffer.alloc(8 * MIB, 'a'), Buffer.alloc(8 * MIB, 'b'), Buffer.from('end')]);
const PARTS = { S3_MULTIPART_MB: 5 };
const DAY_MS = 24 * 60 * 60 * 1000;

let driver: S3Driver;
beforeEach(async () => {
  driver = await s3Driver();
});
afterEach(() => driver.close());

const read = async (store: ObjectStore, key: string) => {
  const content = await store.get(key);
  return content && buffer(content.stream);
};
const keys = async (store: ObjectStore) => {
  const found: string[] = [];
  for await (const key of store.list('')) found.push(key);
  return found;
};
const partsSent = () => driver.door.passed.filter(({ url }) => /partNumber=/.test(url)).length;

describe('an upload in parts', () => {
  it('is for bodies above the limit, from memory and from a stream, and reads back as one object', async () => {
    const store = await driver.open(PARTS);
    await store.put('small', large.subarray(0, 5 * MIB), mp4);
    expect(partsSent()).toBe(0);
    await store.put('memory', large, { ...mp4, sha256: sha256(large) });
    expect(partsSent()).toBe(3);
    await store.put('stream', Readable.from([large.subarray(0, 9 * MIB), large.subarray(9 * MIB)]), mp4);
    for (const key of ['memory', 'stream']) expect((await read(store, key))?.equals(large)).toBe(true);
    const range = await store.get('memory', { start: 8 * MIB - 1, end: 8 * MIB });
    expect(range && (await buffer(range.stream)).toString()).toBe('ab');
    expect([await store.head('memory'), driver.door.uploads.size]).toEqual([
      { bytes: large.length, contentType: 'video/mp4', sha256: sha256(large) },
      0,
    ]);
  });

  it('shows nothing and leaves nothing when a part is refused', async () => {
    const store = await driver.open(PARTS);
    driver.door.before = async ({ url }) => {
      if (/partNumber=2/.test(url)) throw new Error('the connection breaks');
    };
    await expect(store.put('broken', large, mp4)).rejects.toEqual(refused('unavailable'));
    expect([await store.head('broken'), await keys(store), driver.door.uploads.size]).toEqual([
      undefined,
      [],
      0,
    ]);
  });

  it('of a killed writer is never seen, and is taken back a day later by whoever opens the store', async () => {
    const store = await driver.open(PARTS);
    const dead = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    driver.door.before = async ({ method, url }) => {
      // From its second part on nothing comes through any more, as if the process had been killed.
      if (method === 'DELETE' || /partNumber=2/.test(url)) {
        reached.resolve();
        await dead.promise;
      }
    };
    const killed = store.put('killed', large, mp4).catch(() => 'never ended');
    await reached.promise;
    driver.door.before = async () => {};
    expect([await store.head('killed'), await keys(store), driver.door.uploads.size]).toEqual([
      undefined,
      [],
      1,
    ]);
    await driver.open(PARTS);
    // It may belong to a process that is still writing.
    expect(driver.door.uploads.size).toBe(1);
    for (const upload of driver.door.uploads.values()) upload.began = new Date(Date.now() - DAY_MS - 1);
    await driver.open(PARTS);
    expect(driver.door.uploads.size).toBe(0);
    dead.reject(new Error('killed'));
    await killed;
    await store.put('killed', large, mp4);
    expect((await read(store, 'killed'))?.equals(large)).toBe(true);
  });
});

describe('a service that spoils bytes', () => {
  it.each([
    ['at once', Buffer.from('small'), {}],
    ['at once, with checksums', Buffer.from('small'), { S3_CHECKSUMS: 'when_supported' as const }],
    ['in parts', large, PARTS],
  ])(
    'is found out, %s: nothing stays under the key, and the next attempt puts it there',
    async (_how, body, how) => {
      const store = await driver.open(how);
      driver.door.toSpoil = 1;
      await expect(store.put('a/b', body, mp4)).rejects.toEqual(refused('corrupted'));
      expect(await keys(store)).toEqual([]);
      await store.put('a/b', body, mp4);
      expect((await read(store, 'a/b'))?.equals(body)).toBe(true);
    },
  );

  it('is found out by the next attempt too when the writer was killed before it could look', async () => {
    const store = await driver.open();
    driver.door.toSpoil = 1;
    let isPut = false;
    driver.door.before = async ({ method }) => {
      if (isPut) throw new Error('killed');
      isPut = method === 'PUT';
    };
    await expect(store.put('a/b', Buffer.from('whole'), mp4)).rejects.toEqual(refused('unavailable'));
    driver.door.before = async () => {};
    expect((await read(store, 'a/b'))?.toString()).not.toBe('whole');
    await store.put('a/b', Buffer.from('whole'), mp4);
    expect((await read(store, 'a/b'))?.toString()).toBe('whole');
  });
});

describe('checksums', () => {
  const headersOf = (name: RegExp) =>
    driver.door.passed.flatMap(({ headers }) => Object.keys(headers).filter((header) => name.test(header)));

  it('are not sent where a service may refuse them: what was kept is read back', async () => {
    const store = await driver.open({ S3_REGION: 'auto' });
    await store.put('a', Buffer.from('x'), mp4);
    expect(headersOf(/^x-amz-(checksum|sdk-checksum|trailer)/)).toEqual([]);
    expect(driver.door.passed.map(({ method }) => method)).toEqual([
      'HEAD',
      'GET',
      'HEAD',
      'PUT',
      'HEAD',
      'GET',
    ]);
  });

  it('are believed where the service says what it has: nothing is read back', async () => {
    const store = await driver.open({ S3_CHECKSUMS: 'when_supported' });
    await store.put('a', Buffer.from('x'), mp4);
    expect(headersOf(/^x-amz-checksum-sha256$/)).toHaveLength(1);
    expect(driver.door.passed.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'HEAD', 'PUT', 'HEAD']);
  });
});

describe('a bucket that cannot be used', () => {
  it.each([
    [403, /the keys are refused; check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY/],
    [404, /it does not exist; create it or check S3_BUCKET/],
    [301, /check S3_REGION and S3_ENDPOINT/],
  ])('says what to do about a %i', async (status, message) => {
    driver.door.refuseWith = status;
    const error = await driver.open().catch((thrown: Error) => thrown);
    expect(error).toEqual(refused('unavailable'));
    expect(String(error)).toMatch(message);
  });

  it('is opened all the same when it does not list uploads', async () => {
    driver.door.before = async ({ url }) => {
      if (/uploads/.test(url)) throw new Error('not implemented');
    };
    const store = await driver.open();
    await store.put('a', Buffer.from('x'), mp4);
    expect(await keys(store)).toEqual(['a']);
  });
});
