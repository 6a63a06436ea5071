import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { checkHash, checkSame, type Digest, digest, isFile, spool } from './digest.js';
import { ObjectStoreError } from './errors.js';
import { checkKey, checkPrefix } from './keys.js';
import { checkRange, unsatisfiable } from './range.js';
import type { ByteRange, ObjectBody, ObjectContent, ObjectHead, ObjectStore, PutOptions } from './store.js';

export interface S3Config {
  /** Origin of the service, for example `https://<account>.r2.cloudflarestorage.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Default `auto`, which R2 wants and MinIO ignores; AWS needs its own. */
  readonly region?: string;
  /** Without keys the SDK finds credentials by itself (instance role, profile). */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Default true: bucket in the path, which every service takes and which needs no DNS per bucket. */
  readonly forcePathStyle?: boolean;
}

/** Above this many bytes a file is streamed, and a failed upload is not repeated by the SDK. */
const IN_MEMORY_BYTES = 32 * 1024 * 1024;

/** Milliseconds until the response headers; a large body needs longer to go out. */
const UPLOAD_TIMEOUT_MS = 120_000;
const TIMEOUTS = {
  connectionTimeout: 5_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
  // A player that is paused reads nothing for minutes, and its socket is idle all that time.
  socketTimeout: 300_000,
};

/** Each video being streamed holds a socket; the SDK's default of 50 would let slow readers stop all others. */
const SOCKETS = { keepAlive: true, maxSockets: 1_000 };

/**
 * A store in a bucket of R2, MinIO, AWS or anything else that speaks S3. One PutObject publishes all or
 * nothing; `If-None-Match: *` keeps the first of two different bodies where the service honours it.
 */
export function openS3Store(config: S3Config): ObjectStore {
  return new S3ObjectStore(clientFor(config), config.bucket);
}

class S3ObjectStore implements ObjectStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async ready(): Promise<void> {
    await this.client.send(new HeadBucketCommand({ Bucket: this.bucket })).catch((cause) => {
      const why = statusOf(cause) === 404 ? 'it does not exist' : reasonOf(cause);
      const hint = 'check S3_ENDPOINT, S3_BUCKET, S3_REGION and the two keys';
      throw new ObjectStoreError('unavailable', `bucket ${this.bucket}: ${why}; ${hint}`, { cause });
    });
  }

  async put(key: string, body: ObjectBody, options: PutOptions) {
    checkKey(key);
    const source = await replayable(body);
    try {
      checkHash(key, source.digest, options.sha256);
      const { bytes, sha256 } = source.digest;
      const stored = await this.#storedHash(key);
      if (stored !== undefined) checkSame(key, source.digest, stored);
      else await this.#upload(key, source, options.contentType);
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
    const command = new HeadObjectCommand({ Bucket: this.bucket, Key: checkKey(key) });
    const found = await this.client.send(command).catch(unlessMissing);
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
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      Body: await source.open(),
      ContentLength: source.digest.bytes,
      ContentMD5: source.digest.md5,
      ContentType: contentType,
      Metadata: { sha256: source.digest.sha256 },
      IfNoneMatch: '*',
    });
    try {
      await this.client.send(command, { requestTimeout: UPLOAD_TIMEOUT_MS });
    } catch (cause) {
      // 412, or 409 while the other upload is under way: somebody stored this key since we looked.
      if (statusOf(cause) !== 412 && statusOf(cause) !== 409) throw unavailable(cause);
      const stored = await this.#storedHash(key);
      if (stored === undefined) throw unavailable(cause);
      checkSame(key, source.digest, stored);
    }
  }

  /** The hash noted at upload, or that of the bytes for an object that came by other means. */
  async #storedHash(key: string): Promise<string | undefined> {
    const head = await this.head(key);
    if (head === undefined || head.sha256 !== undefined) return head?.sha256;
    const content = await this.get(key);
    return content && (await digest(content.stream)).sha256;
  }
}

/** A body that can be sent again: a stream is first copied to a temporary file. */
interface Replayable {
  readonly digest: Digest;
  open(): Promise<Uint8Array | Readable>;
  remove(): Promise<void>;
}

async function replayable(body: ObjectBody): Promise<Replayable> {
  const nothing = async () => {};
  if (body instanceof Uint8Array) {
    return { digest: await digest(body), open: async () => body, remove: nothing };
  }
  const file = isFile(body)
    ? { ...(await digest(body)), path: body.path, remove: nothing }
    : await spool(body, tmpdir());
  const open = async () =>
    file.bytes <= IN_MEMORY_BYTES ? readFile(file.path) : createReadStream(file.path);
  return { digest: file, open, remove: file.remove };
}

function clientFor(config: S3Config): S3Client {
  const { endpoint, accessKeyId, secretAccessKey } = config;
  return new S3Client({
    endpoint,
    region: config.region ?? 'auto',
    forcePathStyle: config.forcePathStyle ?? true,
    // R2 and older MinIO refuse the SDK's default CRC trailers; Content-MD5 guards every upload instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { ...TIMEOUTS, httpAgent: SOCKETS, httpsAgent: SOCKETS },
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  });
}

function typeOf(contentType: string | undefined): string {
  return contentType ?? 'application/octet-stream';
}

function statusOf(cause: unknown): number | undefined {
  return (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

function reasonOf(cause: unknown): string {
  return String(cause);
}

/** A missing bucket is also a 404, and is not a missing object. */
function unlessMissing(cause: unknown): undefined {
  if (statusOf(cause) === 404 && (cause as Error).name !== 'NoSuchBucket') return undefined;
  throw unavailable(cause);
}

function unavailable(cause: unknown): ObjectStoreError {
  return new ObjectStoreError('unavailable', `the object store failed: ${reasonOf(cause)}`, { cause });
}
