import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { AssetDeleted, AssetPrepared } from '@zoetrope/contracts/facts/request';
import { AssetId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { sabotaged } from '@zoetrope/platform/sabotage';
import { ApiError } from '../http/api-error.js';
import { inEvenTime } from '../http/even-time.js';

/** An asset's first request and its newest, as they stood when they were read. */
export interface Ends {
  readonly origin: Origin;
  readonly facts: readonly Recorded[];
  /** Sequence of the newest request. */
  readonly version: number;
}

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
    return (await this.ends(id, ownerId)).origin;
  }

  /** The same, with what was read for it. @throws ApiError 404 */
  async ends(id: string, ownerId: string): Promise<Ends> {
    return inEvenTime(() => this.look(id, ownerId));
  }

  private async look(id: string, ownerId: string): Promise<Ends> {
    const assetId = AssetId.safeParse(id);
    if (!assetId.success) throw new ApiError('not_found');
    const subject = assetSubject(assetId.data, 'request');
    const [first, last] = await this.endsOf(subject);
    const origin = first && AssetPrepared.is(first) ? first.data : undefined;
    if (!first || !last || origin?.ownerId !== ownerId || AssetDeleted.is(last))
      throw new ApiError('not_found');
    return {
      origin,
      facts: first.meta.seq === last.meta.seq ? [first] : [first, last],
      version: last.meta.seq,
    };
  }

  /** Both at once, whatever the first is: looking on only where there is something tells by its time that there is. */
  private async endsOf(subject: string) {
    if (!sabotaged('uneven-time')) return Promise.all([this.log.first(subject), this.log.last(subject)]);
    const first = await this.log.first(subject);
    return [first, first && (await this.log.last(subject))] as const;
  }
}
