import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { checkHash, checkSame, digest } from './digest.js';
import { ObjectStoreError } from './errors.js';
import { checkKey, checkPrefix } from './keys.js';
import { checkRange, unsatisfiable } from './range.js';
import { clientFor, type S3Config, statusOf, unavailable, unlessMissing, unusable } from './s3-client.js';
import { type Replayable, replayable } from './s3-source.js';
import { abortAbandoned, putAtOnce, putInParts } from './s3-upload.js';
import type { ByteRange, ObjectBody, ObjectContent, ObjectHead, ObjectStore, PutOptions } from './store.js';

const MULTIPART_BYTES = 16 * 1024 * 1024;

/**
 * Opens a store in a bucket of R2, MinIO, AWS or anything else that speaks S3, once it can be used, and takes back
 * what crashed writers left there. An object is published by one request, all or nothing; `If-None-Match: *` keeps the
 * first of two different bodies where the service honours it. @throws ObjectStoreError unavailable
 */
export async function openS3Store(config: S3Config): Promise<ObjectStore> {
  const client = clientFor(config);
  const store = new S3ObjectStore(client, config);
  await store.ready();
  // Some services and some keys do not list uploads; a lifecycle rule of the bucket does the same.
  await abortAbandoned(client, config.bucket).catch(() => undefined);
  return store;
}

class S3ObjectStore implements ObjectStore {
  private readonly bucket: string;

  constructor(
    private readonly client: S3Client,
    private readonly config: S3Config,
  ) {
    this.bucket = config.bucket;
  }

  async ready(): Promise<void> {
    await this.client.send(new HeadBucketCommand({ Bucket: this.bucket })).catch((cause) => {
      throw unusable(this.config, cause);
    });
  }

  async put(key: string, body: ObjectBody, options: PutOptions) {
    checkKey(key);
    const source = await replayable(body);
    try {
      const { bytes, sha256 } = source.digest;
      checkHash(key, source.digest, options.sha256);
      if (!(await this.#isThere(key, source))) await this.#upload(key, source, options.contentType);
      return { key, bytes, sha256 };
    } finally {
      await source.remove();
    }
  }

  async get(key: string, range?: ByteRange): Promise<ObjectContent | undefined> {
    checkKey(key);
    if (range !== undefined) checkRange(key, range);
    const Range = range && `bytes=${range.start}-${range.end ?? ''}`;
    try {
      const found = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key, Range }));
      const bytes = found.ContentLength ?? 0;
      const size = Number(found.ContentRange?.split('/')[1] ?? bytes);
      return { stream: found.Body as Readable, bytes, size, contentType: typeOf(found.ContentType) };
    } catch (cause) {
      if (range !== undefined && statusOf(cause) === 416) {
        throw unsatisfiable(key, range, 'past the end of the object', cause);
      }
      return unlessMissing(cause);
    }
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const found = await this.#look(key);
    if (found === undefined) return undefined;
    const sha256 = found.Metadata?.sha256;
    return {
      bytes: found.ContentLength ?? 0,
      contentType: typeOf(found.ContentType),
      ...(sha256 && { sha256 }),
    };
  }

  async delete(key: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.bucket, Key: checkKey(key) });
    await this.client.send(command).catch(unlessMissing);
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const pages = paginateListObjectsV2(
      { client: this.client },
      { Bucket: this.bucket, Prefix: checkPrefix(prefix) },
    );
    try {
      for await (const page of pages) {
        for (const object of page.Contents ?? []) if (object.Key !== undefined) yield object.Key;
      }
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async #upload(key: string, source: Replayable, contentType: string): Promise<void> {
    const withSha256 = this.config.checksums === 'when_supported';
    const target = { client: this.client, bucket: this.bucket, key, contentType, withSha256 };
    const inParts = source.digest.bytes > (this.config.multipartBytes ?? MULTIPART_BYTES);
    try {
      await (inParts ? putInParts(target, source) : putAtOnce(target, source));
    } catch (cause) {
      // 412, or 409 while the other upload is under way: somebody stored this key since we looked.
      if (statusOf(cause) !== 412 && statusOf(cause) !== 409) throw unavailable(cause);
      if (!(await this.#isThere(key, source))) throw unavailable(cause);
      return;
    }
    await this.#verify(key, source);
  }

  /** What was kept must be what was meant. Nobody was told of the object yet, so a spoilt one is taken away again. */
  async #verify(key: string, { digest: { sha256 } }: Replayable): Promise<void> {
    const stored = await this.#storedHash(key);
    if (stored === sha256) return;
    if (stored !== undefined) await this.delete(key);
    const what = stored === undefined ? 'nothing' : `SHA-256 ${stored}`;
    throw new ObjectStoreError('corrupted', `${key}: the store kept ${what} of SHA-256 ${sha256}`);
  }

  /**
   * Whether the key holds these bytes already. A spoilt object that a killed writer meant to be these very bytes is
   * taken away, for the upload to be done again.
   * @throws ObjectStoreError conflict when it holds others
   */
  async #isThere(key: string, { digest: meant }: Replayable): Promise<boolean> {
    const stored = await this.#storedHash(key);
    if (stored === undefined) return false;
    if (stored !== meant.sha256 && (await this.head(key))?.sha256 === meant.sha256) {
      await this.delete(key);
      return false;
    }
    checkSame(key, meant, stored);
    return true;
  }

  /** Hash of what the key holds: as the service says it has it, else of the bytes themselves, read back. */
  async #storedHash(key: string): Promise<string | undefined> {
    const found = await this.#look(key);
    if (found === undefined) return undefined;
    // A hash over the parts' hashes (`…-3`) says nothing of the whole.
    const told = found.ChecksumType === 'COMPOSITE' ? undefined : found.ChecksumSHA256;
    if (told && /^[A-Za-z0-9+/]{43}=$/.test(told)) return Buffer.from(told, 'base64').toString('hex');
    const content = await this.get(key);
    return (
      content && (await digest(content.stream).catch((cause) => Promise.reject(unavailable(cause)))).sha256
    );
  }

  async #look(key: string) {
    const mode = this.config.checksums === 'when_supported' && { ChecksumMode: 'ENABLED' as const };
    const command = new HeadObjectCommand({ Bucket: this.bucket, Key: checkKey(key), ...mode });
    return this.client.send(command).catch(unlessMissing);
  }
}

function typeOf(contentType: string | undefined): string {
  return contentType ?? 'application/octet-stream';
}
