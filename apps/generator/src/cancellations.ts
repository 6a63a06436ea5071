import { Injectable, Logger } from '@nestjs/common';
import { type Generation, openPrediction } from '@zoetrope/domain/generation';
import { cancelGeneration } from '@zoetrope/domain/generation-decisions';
import type { EarlyEnd } from '@zoetrope/domain/generation-fate';
import { Generations } from './generations.js';
import type { Whose } from './pipeline-alarms.js';
import { Provider } from './provider/provider.js';
import { asProviderError } from './provider/provider-error.js';
import { withWaits } from './with-waits.js';

/** Ends generations before their time, in the log first and then at the provider. */
@Injectable()
export class Cancellations {
  private readonly logger = new Logger(Cancellations.name);

  constructor(
    private readonly generations: Generations,
    private readonly provider: Provider,
  ) {}

  /** Too late once the video is stored; a repeat only stops the prediction again. */
  async end(whose: Whose, reason: EarlyEnd): Promise<void> {
    for (;;) {
      const state = await this.generations.load(whose.assetId, whose.generation, whose.requestSeq);
      const decision = cancelGeneration(reason)(state);
      const [fact] = decision.kind === 'record' ? decision.facts : [];
      if (fact && !(await this.generations.record(state, () => fact))) continue;
      if (!fact && state.ended !== 'cancelled') return;
      const running = openPrediction(state);
      if (running) await this.stop(running);
      return;
    }
  }

  /**
   * Whoever ended the generation may have died before the provider was told. `heardOf`: the prediction whose own
   * end brought us here.
   */
  async stopLeftOver(state: Generation, heardOf?: string): Promise<void> {
    const early = state.ended === 'cancelled' || state.ended === 'failed';
    const running = early ? openPrediction(state) : undefined;
    if (running && running !== heardOf) await this.stop(running);
  }

  /** One that cannot be stopped runs to its end and is never looked at. */
  async stop(predictionId: string): Promise<void> {
    try {
      await withWaits(
        () => this.provider.cancel(predictionId),
        (error) => asProviderError(error).transient,
      );
    } catch (error) {
      this.logger.warn({
        msg: 'prediction not cancelled',
        predictionId,
        why: asProviderError(error).message,
      });
    }
  }
}
