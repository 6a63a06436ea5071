import { Inject, Injectable } from '@nestjs/common';
import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import { AssetDeleted, AssetPrepared } from '@zoetrope/contracts/facts/request';
import { AssetId, type CommandId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { deleteAsset, foldAsset } from '@zoetrope/domain/asset';
import { decideAndAppend } from '@zoetrope/eventlog/append-loop';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { ApiError } from '../http/api-error.js';
import { inEvenTime } from '../http/even-time.js';

/** The deletion that stands in the log, whoever wrote it. */
export interface Deletion {
  readonly assetId: AssetId;
  readonly seq: number;
  /** The newest generation ever asked for. */
  readonly number: number;
}

/** Takes assets away from their users, in the log. What is left of them goes later, by the generator. */
@Injectable()
export class DeleteAsset {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  /**
   * Deletes an asset, or finds it deleted: a caller whose answer was lost repeats the call and is told the same, also
   * after the purge.
   * @throws ApiError 404, the same for none and for somebody else's
   */
  async delete(id: string, ownerId: string): Promise<Deletion> {
    const assetId = AssetId.safeParse(id);
    if (!assetId.success) throw new ApiError('not_found');
    return inEvenTime(() => this.append(assetId.data, ownerId, this.ids.commandId()));
  }

  private async append(assetId: AssetId, ownerId: string, commandId: CommandId): Promise<Deletion> {
    const subject = assetSubject(assetId, 'request');
    let last: Recorded | undefined;
    const outcome = await decideAndAppend({
      log: this.log,
      subject,
      load: async () => {
        const [first, newest] = await Promise.all([this.log.first(subject), this.log.last(subject)]);
        if (ownerOf(first) !== ownerId) throw new ApiError('not_found');
        last = newest;
        const ends = [first, newest].filter((fact) => fact !== undefined);
        return { state: foldAsset(ends), version: newest?.meta.seq ?? 0 };
      },
      decide: (asset) => {
        const decision = deleteAsset({ commandId })(asset);
        if (decision.kind === 'refuse') throw new ApiError('not_found');
        return decision.kind === 'record' ? decision.facts[0] : undefined;
      },
      cause: { id: commandId },
    });
    if (outcome.kind === 'appended') return { assetId, seq: outcome.seq, number: numberOf(outcome.fact) };
    if (!last) throw new ApiError('not_found');
    return { assetId, seq: last.meta.seq, number: numberOf(last) };
  }
}

/** Of a purged asset the deletion is the first fact. */
const ownerOf = (first: Recorded | undefined): string | undefined =>
  first && (AssetPrepared.is(first) || AssetDeleted.is(first)) ? first.data.ownerId : undefined;

const numberOf = ({ data }: Fact): number => (data as { number: number }).number;
