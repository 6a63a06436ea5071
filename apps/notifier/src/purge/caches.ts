import { Inject, Injectable } from '@nestjs/common';
import { assetTag, projectTag } from '@zoetrope/platform/edge-config';
import { TIMINGS, type Timings } from '../config.js';
import { EmbeddedUrls } from './embedded-urls.js';
import { PURGERS, type Purged, type Purger, type PurgeTarget, purgeAll } from './purger.js';

/** Every cache in front of the gateways that this installation purges. */
@Injectable()
export class Caches {
  constructor(
    @Inject(PURGERS) private readonly purgers: readonly Purger[],
    @Inject(TIMINGS) private readonly timings: Timings,
    private readonly urls: EmbeddedUrls,
  ) {}

  names(): string[] {
    return this.purgers.map(({ name }) => name);
  }

  /** Purges all that is cached of an asset, in every cache or only those named. Never rejects. */
  forgetAsset(assetId: string, projectId: string, only?: readonly string[]): Promise<Purged> {
    const urls = () => this.urls.ofAsset(assetId, projectId);
    return this.#forget({ tag: assetTag(assetId), urls }, only);
  }

  /** Purges all that is cached of a project. Never rejects. */
  forgetProject(projectId: string): Promise<Purged> {
    return this.#forget({ tag: projectTag(projectId), urls: () => this.urls.ofProject(projectId) });
  }

  #forget(target: PurgeTarget, only?: readonly string[]): Promise<Purged> {
    const asked = this.purgers.filter(({ name }) => only?.includes(name) ?? true);
    const { purgeMs: limitMs, tierMs } = this.timings;
    return purgeAll(asked, target, { limitMs, tierMs });
  }
}
