/** How a handler ends. Only `done` and `park` acknowledge; a throw counts as a failed delivery. */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'retryIn'; readonly ms: number }
  | { readonly kind: 'park'; readonly why: string };

/** Longest wait a verdict may ask for, in ms; a longer one is an alarm set by the handler, then `done`. */
export const MAX_RETRY_IN_MS = 5_000;

/** The effect is in the log (or there was nothing to do): acknowledge. */
export const done: Verdict = { kind: 'done' };

/**
 * Deliver it again after `ms` (0 to 5,000). A napping message counts against the consumer's `max_ack_pending`,
 * so a longer wait must be an alarm: `log.alarms.set(…)`, then `done`.
 * @throws RangeError beyond MAX_RETRY_IN_MS
 */
export function retryIn(ms: number): Verdict {
  if (!(ms >= 0 && ms <= MAX_RETRY_IN_MS))
    throw new RangeError(`retryIn(${ms}): waits over ${MAX_RETRY_IN_MS} ms must be alarms`);
  return { kind: 'retryIn', ms };
}

/** Give up for good: dead letter with the reason, then acknowledge. */
export const park = (why: string): Verdict => ({ kind: 'park', why });
