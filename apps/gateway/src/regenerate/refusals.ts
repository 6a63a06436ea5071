import { DENIAL_ERRORS } from '@zoetrope/contracts/errors';
import { ApiError } from '../http/api-error.js';
import type { Outcome } from '../idempotency/outcome.js';
import type { Asked } from './ask-generation.js';
import type { Decided } from './decisions.js';

/** The exact 429 of PRODUCT 3.2 for a denial. */
export const denialError = (decision: Extract<Decided, { outcome: 'denied' }>): ApiError =>
  new ApiError(DENIAL_ERRORS[decision.reason]);

/** What an asked generation is to its caller; `body` for the one that was allowed. */
export function outcomeOf(asked: Asked, body: () => unknown): Outcome {
  const { decision } = asked;
  if (!decision) return { kind: 'undecided' };
  if (decision.outcome === 'denied') {
    return { kind: 'refused', error: denialError(decision), before: asked.before };
  }
  return { kind: 'answer', status: 200, body: body() };
}
