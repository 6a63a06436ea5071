import { openFileStore } from './files.js';
import { openS3Store } from './s3.js';
import type { ObjectStore } from './store.js';

/** The settings by which an installation chooses its store, named as in the environment. */
export interface ObjectStoreConfig {
  readonly S3_ENDPOINT?: string | undefined;
  readonly S3_BUCKET?: string | undefined;
  readonly S3_REGION?: string | undefined;
  readonly S3_ACCESS_KEY_ID?: string | undefined;
  readonly S3_SECRET_ACCESS_KEY?: string | undefined;
  readonly S3_FORCE_PATH_STYLE?: boolean | undefined;
  readonly S3_CHECKSUMS?: 'when_supported' | 'when_required' | undefined;
  readonly S3_MULTIPART_MB?: number | undefined;
  readonly OBJECTS_DIR?: string | undefined;
}

/**
 * Opens S3 when S3_ENDPOINT and S3_BUCKET are set, else the files in OBJECTS_DIR, and does not return
 * before the store is usable.
 *
 * @throws TypeError when the settings choose no store or half of one
 * @throws ObjectStoreError unavailable
 */
export async function openObjectStore(config: ObjectStoreConfig): Promise<ObjectStore> {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, OBJECTS_DIR: folder } = config;
  if (Boolean(endpoint) !== Boolean(bucket)) {
    throw new TypeError('S3_ENDPOINT and S3_BUCKET go together: set both, or neither for files');
  }
  if (Boolean(config.S3_ACCESS_KEY_ID) !== Boolean(config.S3_SECRET_ACCESS_KEY)) {
    throw new TypeError(
      'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together: set both, or neither for a role',
    );
  }
  if (endpoint && bucket) {
    return openS3Store({
      endpoint,
      bucket,
      region: config.S3_REGION || undefined,
      accessKeyId: config.S3_ACCESS_KEY_ID,
      secretAccessKey: config.S3_SECRET_ACCESS_KEY,
      forcePathStyle: config.S3_FORCE_PATH_STYLE,
      checksums: config.S3_CHECKSUMS,
      multipartBytes: config.S3_MULTIPART_MB === undefined ? undefined : config.S3_MULTIPART_MB * 1024 * 1024,
    });
  }
  if (folder) return openFileStore(folder);
  throw new TypeError('no object store: set OBJECTS_DIR to a folder, or S3_ENDPOINT and S3_BUCKET');
}
