import { Inject, Injectable } from '@nestjs/common';
import { AssetDeleted, AssetPrepared } from '@zoetrope/contracts/facts/request';
import { AssetId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { ApiError } from '../http/api-error.js';

export type Origin = ReturnType<typeof AssetPrepared>['data'];

/** Whose an asset is, from the log itself: a row in the views may be behind. */
@Injectable()
export class OwnAsset {
  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /**
   * What the asset was prepared as.
   * @throws ApiError 404, the same for none, somebody else's, and a deleted one
   */
  async find(id: string, ownerId: string): Promise<Origin> {
    const assetId = AssetId.safeParse(id);
    if (!assetId.success) throw new ApiError('not_found');
    const subject = assetSubject(assetId.data, 'request');
    const [first, last] = await Promise.all([this.log.first(subject), this.log.last(subject)]);
    const origin = first && AssetPrepared.is(first) ? first.data : undefined;
    if (origin?.ownerId !== ownerId || !last || AssetDeleted.is(last)) throw new ApiError('not_found');
    return origin;
  }
}
