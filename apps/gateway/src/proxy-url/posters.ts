import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Aspect } from '@zoetrope/contracts/parameters';
import { parseCidrList } from '@zoetrope/egress/address';
import { EgressError } from '@zoetrope/egress/errors';
import { guardedFetch } from '@zoetrope/egress/fetch';
import { inspectImage, MAX_SOURCE_BYTES, posterFrom } from '@zoetrope/media/image';
import { MediaError } from '@zoetrope/media/media-error';
import { posterKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CONFIG } from '@zoetrope/platform/config';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { OBJECTS } from '../resources/tokens.js';
import { BoundedMap } from '../serving/bounded-map.js';
import { ObjectBytes } from '../serving/object-bytes.js';
import type { Present } from '../serving/present.js';
import { sourceError } from './proxy-errors.js';
import { isOwnSource } from './source.js';

/** Longest side in pixels; the generator's posters have the same, so both name the same object. */
const POSTER_MAX_SIDE = 1280;
/** Posters of assets that nobody prepared are kept here only, so that strangers cannot fill the store. Bytes. */
const KEPT = 16 * 1024 * 1024;
/** Sources fetched and decoded at once; a 4096 px image takes about 64 MB while it is decoded. */
const AT_ONCE = 4;

export interface Poster {
  readonly bytes: Buffer;
  readonly sha256: string;
}

export interface PosterOf {
  readonly assetId: string;
  readonly source: string;
  readonly aspect: Aspect;
  readonly present: Present;
}

/** Still pictures of assets: the served video's own, else made from the source on the first ask, free of charge. */
@Injectable()
export class Posters {
  private readonly kept = new BoundedMap<Poster>(KEPT);
  private readonly making = new Map<string, Promise<Poster>>();
  private slots = AT_ONCE;
  private readonly queue: (() => void)[] = [];

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    private readonly bytes: ObjectBytes,
  ) {}

  /** @throws ApiError 413, 415 or 502 for a source that cannot be used */
  async get(of: PosterOf): Promise<Poster> {
    return (await this.stored(of)) ?? this.kept.get(of.assetId) ?? (await this.made(of));
  }

  private async stored({ assetId, present }: PosterOf): Promise<Poster | undefined> {
    if (!present.exists) return undefined;
    const key = present.video?.posterKey ?? (await this.firstKey(assetId));
    const bytes = key === undefined ? undefined : await this.bytes.whole(key);
    return bytes && { bytes, sha256: hashOf(bytes) };
  }

  private async firstKey(assetId: string): Promise<string | undefined> {
    for await (const key of this.objects.list(`${assetId}/poster/`)) return key;
    return undefined;
  }

  private async made(of: PosterOf): Promise<Poster> {
    const making = this.making.get(of.assetId) ?? this.inTurn(() => this.make(of));
    this.making.set(of.assetId, making);
    try {
      return await making;
    } finally {
      this.making.delete(of.assetId);
    }
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.slots === 0) await new Promise<void>((resolve) => this.queue.push(resolve));
    else this.slots -= 1;
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.slots += 1;
    }
  }

  private async make({ assetId, source, aspect, present }: PosterOf): Promise<Poster> {
    const image = await this.sourceBytes(source).catch((error: unknown) => fetchFailed(assetId, error));
    await inspectImage(image).catch(refused);
    const bytes = await posterFrom(image, { aspect, maxSide: POSTER_MAX_SIDE });
    const poster = { bytes, sha256: hashOf(bytes) };
    if (present.exists) {
      const options = { contentType: 'image/jpeg', sha256: poster.sha256 };
      await this.objects.put(posterKey(assetId, poster.sha256), bytes, options);
    }
    this.kept.set(assetId, poster, bytes.byteLength);
    return poster;
  }

  /** Own uploads come straight from the store: no address of ours has to be open to ourselves. */
  private async sourceBytes(source: string): Promise<Buffer> {
    const upload = /^\/(uploads\/[0-9a-f]{64}\.[a-z]{3,4})$/.exec(new URL(source).pathname)?.[1];
    if (upload && isOwnSource(source, this.config.PUBLIC_URL)) {
      const bytes = await this.bytes.whole(upload);
      if (bytes === undefined) throw new EgressError('unreachable', 'no such upload');
      return bytes;
    }
    const allow = parseCidrList(this.config.ZOETROPE_EGRESS_ALLOW.join(','));
    const options = { maxBytes: MAX_SOURCE_BYTES, requireSuccess: true, requireIdentity: true, allow };
    return (await guardedFetch(source, options)).bytes;
  }
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function fetchFailed(assetId: string, error: unknown): never {
  if (!(error instanceof EgressError)) throw error;
  if (error.code === 'too_large') throw new ApiError('file_too_large');
  // Other words of this error name hosts and addresses, which are the owner's to see.
  const why = error.code === 'compressed' ? `: ${error.message}` : '';
  throw new ApiError('last_generation_failed', {
    message: `the source could not be fetched${why}`,
    members: { asset_id: assetId, error_code: 'source_unfetchable' },
  });
}

function refused(error: unknown): never {
  if (!(error instanceof MediaError)) throw error;
  throw sourceError(error.code, error.message) ?? error;
}
