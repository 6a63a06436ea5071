import { Inject, Injectable } from '@nestjs/common';
import type { Project } from '@zoetrope/domain/project';
import { CLOCK, type Clock, IDS, type Ids } from '@zoetrope/platform/clock';
import { ApiError } from '../http/api-error.js';
import { PrepareAsset } from '../prepare/prepare-asset.js';
import { RATE_LIMITER, type RateLimiter } from '../rate-limit/rate-limiter.js';
import { denialError } from '../regenerate/refusals.js';
import type { Current } from '../serving/current-videos.js';
import type { Admitted } from './admission.js';
import { askAgainIn } from './proxy-errors.js';

/** The project's, not the key's: while an old key overlaps, both draw on one number. */
const guardOf = ({ id }: Project): string => `new-assets:${id}`;

/** Starts what a proxy URL asks for when there is nothing yet, within what the project allows strangers. */
@Injectable()
export class FirstGeneration {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(RATE_LIMITER) private readonly limiter: RateLimiter,
    private readonly assets: PrepareAsset,
  ) {}

  /**
   * Whether a GET asks for a generation: the asset is unknown, or was refused a minute ago or longer. Only on the log's
   * word: a view that is behind would have it asked for again.
   */
  isDue({ present, origin }: Pick<Current, 'present' | 'origin'>): boolean {
    if (origin !== 'log' && origin !== 'memory') return false;
    if (!present.exists) return true;
    return present.status === 'failed' && !present.video && askAgainIn(present.ending, this.clock.now()) <= 0;
  }

  /**
   * Whether anything of an asset that nobody has prepared yet may be made for these words, its poster included.
   * @throws ApiError 404 with auto_generate off, 400 for an aspect that the owner's plan does not have
   */
  checkNew({ project, ask }: Admitted): void {
    if (!project.autoGenerate) throw new ApiError('not_found');
    this.assets.checkAspect(project.ownerId, ask.asked);
  }

  /**
   * Asks for it; from here it is pending, decided or not.
   * @throws ApiError 404 with auto_generate off, 429 beyond new_assets_per_minute or by quota, 400 for an aspect
   */
  async ask(admitted: Admitted, isNew: boolean): Promise<void> {
    const { project, ask } = admitted;
    if (isNew) {
      this.checkNew(admitted);
      const { allowed, resetMs } = await this.limiter.take(guardOf(project), project.newAssetsPerMinute);
      if (!allowed) throw new ApiError('rate_limited', { retryAfterMs: resetMs });
    }
    const prepared = await this.assets.prepare({
      project,
      src: ask.source,
      asked: ask.asked,
      commandId: this.ids.commandId(),
      requestedBy: 'proxy',
    });
    if (prepared.kind !== 'started') {
      // Somebody asked for the same at the same time, so this one started nothing.
      if (isNew) await this.limiter.giveBack(guardOf(project), project.newAssetsPerMinute);
      return;
    }
    const { decision } = prepared.asked;
    if (decision?.outcome === 'denied') throw denialError(decision);
  }
}
