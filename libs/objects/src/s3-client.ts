import { S3Client } from '@aws-sdk/client-s3';
import { ObjectStoreError } from './errors.js';

export interface S3Config {
  /** Origin of the service, for example `https://<account>.r2.cloudflarestorage.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Default `auto`, which R2 wants and MinIO ignores; AWS needs its own. */
  readonly region?: string | undefined;
  /** Without keys the SDK finds credentials by itself (instance role, profile). */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** Default true: bucket in the path, which every service takes and which needs no DNS per bucket. */
  readonly forcePathStyle?: boolean | undefined;
  /**
   * `when_supported`: uploads carry `x-amz-checksum-sha256`, and what the service then says its object has is believed.
   * `when_required` (default): none is sent, since some services refuse it; every upload is read back and hashed.
   */
  readonly checksums?: 'when_supported' | 'when_required' | undefined;
  /** Bodies above this many bytes go up in parts; default 16 MiB. */
  readonly multipartBytes?: number | undefined;
}

/** Milliseconds until the response headers; a large body needs longer to go out. */
export const UPLOAD_TIMEOUT_MS = 120_000;
const TIMEOUTS = {
  connectionTimeout: 5_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
  // A player that is paused reads nothing for minutes, and its socket is idle all that time.
  socketTimeout: 300_000,
};

/** Each video being streamed holds a socket; the SDK's default of 50 would let slow readers stop all others. */
const SOCKETS = { keepAlive: true, maxSockets: 1_000 };

export function clientFor(config: S3Config): S3Client {
  const { endpoint, accessKeyId, secretAccessKey } = config;
  return new S3Client({
    endpoint,
    region: config.region ?? 'auto',
    forcePathStyle: config.forcePathStyle ?? true,
    // The SDK's own CRC trailers: R2 and older MinIO refuse them. Content-MD5 guards every upload on its way.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { ...TIMEOUTS, httpAgent: SOCKETS, httpsAgent: SOCKETS },
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  });
}

export function statusOf(cause: unknown): number | undefined {
  return (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

/** A missing bucket is also a 404, and is not a missing object. */
export function unlessMissing(cause: unknown): undefined {
  if (statusOf(cause) === 404 && (cause as Error).name !== 'NoSuchBucket') return undefined;
  throw unavailable(cause);
}

export function unavailable(cause: unknown): ObjectStoreError {
  if (cause instanceof ObjectStoreError) return cause;
  return new ObjectStoreError('unavailable', `the object store failed: ${reasonOf(cause)}`, { cause });
}

/** What to look at when a bucket cannot be used at all. */
export function unusable({ bucket, endpoint }: S3Config, cause: unknown): ObjectStoreError {
  const message = `bucket ${bucket} at ${endpoint}: ${whyUnusable(cause)}`;
  return new ObjectStoreError('unavailable', message, { cause });
}

function whyUnusable(cause: unknown): string {
  switch (statusOf(cause)) {
    case 301:
    case 400:
      return `the service refuses the request (${statusOf(cause)}); check S3_REGION and S3_ENDPOINT`;
    case 401:
    case 403:
      return 'the keys are refused; check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and what they may do with the bucket';
    case 404:
      return 'it does not exist; create it or check S3_BUCKET';
    default:
      return `${reasonOf(cause)}; check S3_ENDPOINT, S3_BUCKET, S3_REGION and the two keys`;
  }
}

/** Nothing that the SDK hangs on its errors: only what the service or the system said. */
function reasonOf(cause: unknown): string {
  const status = statusOf(cause);
  return status === undefined ? String(cause) : `${String(cause)} (status ${status})`;
}
