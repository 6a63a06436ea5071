import { Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { BrandPreviewAnswer, BrandPreviewBody } from '@zoetrope/contracts/api/projects';
import { VisionAnswer, type VisionQuestion } from '@zoetrope/contracts/messages';
import { assetSubject, VISION_QUESTION } from '@zoetrope/contracts/subjects';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Directory } from '../directory/directory.js';
import { ApiError, fieldError } from '../http/api-error.js';
import { JsonBody } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { RateBucket } from '../rate-limit/rate-limit.guard.js';
import { OwnAsset } from '../regenerate/own-asset.js';

/** Longer than a generator waits for its provider. */
const ANSWER_MS = 22_000;
const AGAIN_MS = 5_000;

/** Shows which prompt a brand leads to before it is saved. */
@Controller('api/projects')
export class BrandPreviewController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly directory: Directory,
    private readonly assets: OwnAsset,
  ) {}

  /** Counts as a regenerate: a provider may be asked, and paid. */
  @Post(':id/brand/preview')
  @HttpCode(200)
  @RateBucket('regenerate')
  @Documented({
    summary:
      'The motion prompt that vision would write for an asset with this brand; nothing is saved or charged',
    body: BrandPreviewBody,
    answer: { status: 200, schema: BrandPreviewAnswer },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'not_found',
      'body_too_large',
      'unsupported_media_type',
    ],
  })
  async preview(
    @Param('id') id: string,
    @JsonBody(BrandPreviewBody) body: z.infer<typeof BrandPreviewBody>,
    @CurrentCaller() { userId }: Caller,
  ) {
    const project = this.directory.ownProject(id, userId);
    const { assetId, projectId } = await this.assets.find(body.asset_id, userId);
    if (projectId !== project.id) throw new ApiError('not_found');
    const { motion, mode, dur_seconds: seconds } = project.defaults;
    const key = await this.pictureOf(assetId);
    const said = await this.ask({ key, brand: body.brand, motion: body.motion ?? motion, mode, seconds });
    if (said.outcome === 'prompt') return { prompt: said.prompt, provider: said.provider };
    if (said.outcome === 'blocked') throw fieldError('asset_id', 'vision will not work on this picture');
    throw new ApiError('unavailable', { retryAfterMs: AGAIN_MS });
  }

  /** The still of the video that is served. @throws ApiError 400 when there is none yet */
  private async pictureOf(assetId: string): Promise<string> {
    const last = await this.log.last(assetSubject(assetId, 'video'));
    if (!last) throw fieldError('asset_id', 'has no video yet');
    return (last.data as { posterKey: string }).posterKey;
  }

  private async ask(question: VisionQuestion): Promise<VisionAnswer> {
    try {
      return VisionAnswer.parse(await this.log.core.request(VISION_QUESTION, question, ANSWER_MS));
    } catch (error) {
      if (error instanceof LogUnavailable) return { outcome: 'unanswered' };
      throw error;
    }
  }
}
