import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SourceFetched } from '@zoetrope/contracts/facts/generation';
import type { Generation } from '@zoetrope/domain/generation';
import { parseCidrList } from '@zoetrope/egress/address';
import { EgressError } from '@zoetrope/egress/errors';
import { guardedFetch } from '@zoetrope/egress/fetch';
import { inspectImage, MAX_SOURCE_BYTES } from '@zoetrope/media/image';
import { MediaError } from '@zoetrope/media/media-error';
import { sourceKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import type { GeneratorConfig } from '../config.js';
import type { MakeFact } from '../generations.js';
import { OBJECTS, readObject } from '../objects.js';
import { withWaits } from '../with-waits.js';
import { asStageError, StageError } from './stage-error.js';

/** Fetches the source, judges it by its bytes and keeps a copy for this generation. */
@Injectable()
export class SourceStage {
  constructor(
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: GeneratorConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws StageError with a source code; its transient faults were tried three times already */
  async run(
    { queued, number }: Pick<Generation, 'queued' | 'number'>,
    signal?: AbortSignal,
  ): Promise<MakeFact> {
    const { src = '', assetId = '' } = queued ?? {};
    const from = this.clock.now();
    // The closed set of stages has none for the source, so its attempts stay inside this one step.
    const bytes = await withWaits(
      () => this.bytesOf(src, signal).catch((error: unknown) => Promise.reject(fetchFailure(error))),
      (error) => error instanceof StageError && error.transient,
      signal,
    );
    const facts = await inspectImage(bytes).catch((error: unknown) => {
      throw refusalOf(error);
    });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { contentType: mediaType, width, height } = facts;
    const key = sourceKey(assetId, number, sha256);
    const stored = await this.objects.put(key, bytes, { contentType: mediaType, sha256 });
    const latencyMs = Math.max(0, this.clock.now() - from);
    return (base) => SourceFetched({ ...base, ...stored, mediaType, width, height, latencyMs });
  }

  /** Own uploads come straight from the store: no address of ours has to be open to ourselves. */
  private async bytesOf(src: string, signal?: AbortSignal): Promise<Buffer> {
    const upload = this.uploadKeyOf(src);
    if (upload) {
      if (!(await this.objects.head(upload)))
        throw new StageError('source_unfetchable', 'no such upload', false);
      return readObject(this.objects, upload);
    }
    const allow = parseCidrList(this.config.ZOETROPE_EGRESS_ALLOW.join(','));
    const options = {
      maxBytes: MAX_SOURCE_BYTES,
      requireSuccess: true,
      requireIdentity: true,
      allow,
      signal,
    };
    return (await guardedFetch(src, options)).bytes;
  }

  private uploadKeyOf(src: string): string | undefined {
    if (!URL.canParse(src)) return undefined;
    const { host, pathname } = new URL(src);
    const own = [this.config.PUBLIC_URL, this.config.GATEWAY_URL].some(
      (url) => url && new URL(url).host === host,
    );
    return own ? /^\/(uploads\/[0-9a-f]{64}\.[a-z]{3,4})$/.exec(pathname)?.[1] : undefined;
  }
}

const fetchFailure = (error: unknown): StageError => {
  if (!(error instanceof EgressError)) return asStageError(error, 'source_unfetchable');
  if (error.code === 'too_large')
    return new StageError('source_too_large', 'file exceeds 10 MB limit', false);
  const { status = 0, code, message } = error;
  const transient = code === 'timeout' || code === 'unreachable' || status === 429 || status >= 500;
  return new StageError('source_unfetchable', message, transient, { cause: error });
};

const refusalOf = (error: unknown): StageError => {
  const known =
    error instanceof MediaError && (error.code === 'source_too_large' || error.code === 'source_unsupported');
  return known
    ? new StageError(error.code as 'source_unsupported', error.message, false, { cause: error })
    : asStageError(error, 'source_unsupported', false);
};
