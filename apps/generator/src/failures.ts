import {
  GenerationFailed,
  type Stage,
  StageFailed,
  VisionFailed,
} from '@zoetrope/contracts/facts/generation';
import type { MakeFact } from './generations.js';
import { asProviderError, ProviderError } from './provider/provider-error.js';
import { StageError } from './stages/stage-error.js';

/** The fact that tells a stage's failure; a source has no stage of its own, so it ends the generation. */
export const failureFact = (stage: Stage | 'source', attempt: number, failure: StageError): MakeFact => {
  const { code, message, detail, transient, retryAfterMs } = failure;
  if (stage === 'source') return (base) => GenerationFailed({ ...base, code, message, detail });
  const told = { attempt, code, message, detail, transient, retryAfterMs };
  if (stage === 'vision') return (base) => VisionFailed({ ...base, ...told });
  return (base) => StageFailed({ ...base, stage, ...told });
};

/**
 * Runs a stage; what it throws as its own failure becomes the fact of it.
 * @throws what is no failure of the stage: the log or the store being away, a shutdown
 */
export async function factOf(
  stage: Stage | 'source',
  attempt: number,
  run: () => Promise<MakeFact>,
): Promise<MakeFact> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StageError) return failureFact(stage, attempt, error);
    if (error instanceof ProviderError) return failureFact(stage, attempt, providerFailure(error));
    throw error;
  }
}

export const providerFailure = (error: unknown): StageError => {
  const { message, transient, retryAfterMs } = asProviderError(error);
  return new StageError('i2v_failed', message, transient, { cause: error, retryAfterMs });
};
