import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { checkKey } from './keys.js';
import { UPLOAD_TIMEOUT_MS } from './s3-client.js';
import type { Replayable } from './s3-source.js';

const MIB = 1024 * 1024;
/** S3's own limits: a part but the last has 5 MiB or more, and there are 10,000 parts at most. */
const SMALLEST_PART = 5 * MIB;
const MOST_PARTS = 10_000;
const PART = 8 * MIB;
const PARTS_AT_ONCE = 3;
/** An unfinished upload older than this belongs to a dead process: no upload of ours takes a day. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Where an upload goes. */
export interface Target {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  /** Send the SHA-256 too, for the service to check and to remember. */
  readonly withSha256: boolean;
}

const patient = { requestTimeout: UPLOAD_TIMEOUT_MS };
const describing = ({ bucket, key, contentType }: Target, { digest }: Replayable) => ({
  Bucket: bucket,
  Key: key,
  ContentType: contentType,
  Metadata: { sha256: digest.sha256 },
});

/** One request: the object appears whole with its answer, or not at all. `If-None-Match: *` never replaces one. */
export async function putAtOnce(target: Target, source: Replayable): Promise<void> {
  const { bytes, md5, sha256 } = source.digest;
  const checksum = target.withSha256 && { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') };
  const Body = await source.slice(0, bytes);
  const how = { Body, ContentLength: bytes, ContentMD5: md5, IfNoneMatch: '*', ...checksum };
  await target.client.send(new PutObjectCommand({ ...describing(target, source), ...how }), patient);
}

/**
 * In parts, which nobody can read before the last request publishes them as one object. A failed upload is taken back;
 * one whose process was killed is swept by `abortAbandoned`.
 */
export async function putInParts(target: Target, source: Replayable): Promise<void> {
  const { client, bucket, key } = target;
  const created = await client.send(new CreateMultipartUploadCommand(describing(target, source)));
  const upload = { Bucket: bucket, Key: key, UploadId: created.UploadId };
  try {
    const Parts = await sendParts(client, upload, source);
    const how = { MultipartUpload: { Parts }, IfNoneMatch: '*' };
    await client.send(new CompleteMultipartUploadCommand({ ...upload, ...how }), patient);
  } catch (error) {
    // Best effort: the sweep finds what stays.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

type Upload = { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined };

async function sendParts(client: S3Client, upload: Upload, source: Replayable): Promise<CompletedPart[]> {
  const { bytes } = source.digest;
  const size = Math.max(PART, SMALLEST_PART, Math.ceil(bytes / MOST_PARTS));
  const count = Math.ceil(bytes / size);
  const parts: CompletedPart[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      const Body = await source.slice(index * size, Math.min(bytes, (index + 1) * size));
      const ContentMD5 = createHash('md5').update(Body).digest('base64');
      const part = { ...upload, PartNumber: index + 1, Body, ContentLength: Body.byteLength, ContentMD5 };
      const { ETag } = await client.send(new UploadPartCommand(part), patient);
      parts[index] = { ETag, PartNumber: index + 1 };
    }
  };
  const workers = Array.from({ length: Math.min(PARTS_AT_ONCE, count) }, worker);
  const ended = await Promise.allSettled(workers);
  // Only when none is on its way any more may the upload be taken back.
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return parts;
}

/** Takes back uploads in parts that nobody has finished for a day. @throws what the service answers */
export async function abortAbandoned(client: S3Client, bucket: string, now = Date.now()): Promise<void> {
  for (let marker: { KeyMarker?: string; UploadIdMarker?: string } = {}; ; ) {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, ...marker }));
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (!Key || !UploadId || !isOurs(Key) || now - Number(Initiated) < ABANDONED_AFTER_MS) continue;
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
    if (!page.IsTruncated) return;
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}

/** Keys that this library could have written; a bucket may hold others' things. */
function isOurs(key: string): boolean {
  try {
    return checkKey(key) === key;
  } catch {
    return false;
  }
}
