import type { Prediction } from 'replicate';

/** Words of a failed prediction that name a fault of the provider's machines, not of what was asked. */
const MACHINE_FAULT =
  /timed? ?-?out|\b(429|5\d\d)\b|rate limit|unavailable|overload|temporar|transient|interrupted|out of memory|internal (server )?error|connection|try again/i;
/** How models at Replicate say that a picture, a prompt or an answer was refused: E005 and words around it. */
const REFUSED = /\bE005\b|sensitive|flagged|nsfw|safety|moderation|content polic/i;

/** What the provider said of its end. It may quote the prompt, or another's work. */
export const wordsOf = ({ error }: Prediction): string =>
  typeof error === 'string' ? error : JSON.stringify(error ?? '');

/** Whether what was asked was found unfit, which no other attempt changes. */
export const isRefused = (prediction: Prediction): boolean => REFUSED.test(wordsOf(prediction));

/** Whether its end is one that another attempt may spare. */
export const isMachineFault = (prediction: Prediction): boolean =>
  prediction.status === 'aborted' ||
  (prediction.status === 'failed' && MACHINE_FAULT.test(wordsOf(prediction)));
