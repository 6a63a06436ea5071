import { Inject, Injectable } from '@nestjs/common';
import { GenerationNumber } from '@zoetrope/contracts/ids';
import type { FenceQuestion } from '@zoetrope/contracts/messages';
import { fenceSubject } from '@zoetrope/contracts/subjects';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { Deletion } from './delete-asset.js';

/** A gateway forgets on hearing the question; what it confirms later is only that old answers have ended. */
const HEARD_MS = 1_000;
const GATEWAYS = 'gateway.';

/** Makes every gateway forget a deleted asset before its owner is told that it is gone. */
@Injectable()
export class DeletionFence {
  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /**
   * Resolves when each has heard of it, or after a second: a copy that cannot be asked hears it from the log. Answers
   * on their way may end.
   */
  async raise({ assetId, seq, number }: Deletion): Promise<void> {
    // Newer than whatever is served: every video of the asset is behind this fence.
    const question: FenceQuestion = { assetId, generation: GenerationNumber.parse(number + 1), seq };
    try {
      const holders = await this.log.leases.list(GATEWAYS);
      await Promise.all(holders.map(({ key }) => this.ask(key.slice(GATEWAYS.length), question)));
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
    }
  }

  private async ask(gatewayId: string, question: FenceQuestion): Promise<void> {
    await this.log.core.request(fenceSubject(gatewayId), question, HEARD_MS).catch((error: unknown) => {
      if (!(error instanceof LogUnavailable)) throw error;
    });
  }
}
