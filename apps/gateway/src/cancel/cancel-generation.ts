import { Inject, Injectable } from '@nestjs/common';
import type { AssetId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { type AssetState, cancel, foldAsset, statusOf } from '@zoetrope/domain/asset';
import { decideAndAppend } from '@zoetrope/eventlog/append-loop';
import { readPresent } from '@zoetrope/eventlog/asset-facts';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { within } from '../idempotency/within.js';

/** Milliseconds to wait for the generator, so that the answer shows the asset as it is afterwards. */
const SETTLE_MS = 2_000;

/** Ends the generation in flight, unless its video is stored already. */
@Injectable()
export class CancelGeneration {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  /** @returns the asset's status when the generator has ended it, or `pending` when that takes longer than 2 s */
  async cancel(assetId: AssetId): Promise<'pending' | 'ready' | 'failed'> {
    const commandId = this.ids.commandId();
    const ended = this.watch(assetId);
    try {
      const outcome = await decideAndAppend({
        log: this.log,
        subject: assetSubject(assetId, 'request'),
        load: async () => {
          const { facts, requestVersion } = await readPresent(this.log, assetId);
          return { state: foldAsset(facts), version: requestVersion };
        },
        cause: { id: commandId },
        decide: (asset) => {
          const decision = cancel({ commandId })(asset);
          return decision.kind === 'record' ? decision.facts[0] : undefined;
        },
      });
      if (outcome.kind === 'appended') await within(ended.idle, SETTLE_MS);
      return statusOf(await this.present(assetId));
    } finally {
      ended.stop();
    }
  }

  private async present(assetId: AssetId): Promise<AssetState> {
    return foldAsset((await readPresent(this.log, assetId)).facts);
  }

  /** Looks again whenever the pipeline says something about the asset. A lost message costs only the wait. */
  private watch(assetId: AssetId): { idle: Promise<void>; stop: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () =>
      this.present(assetId)
        .then((state) => (statusOf(state) === 'pending' ? undefined : resolve()))
        .catch(() => undefined); // the caller looks for itself when the wait is over
    const subscription = this.log.core.subscribe(assetSubject(assetId, 'generation'), () => void look());
    return { idle: promise, stop: () => subscription.stop() };
  }
}
