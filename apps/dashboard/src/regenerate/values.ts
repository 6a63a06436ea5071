import type { Asset, Mode, Motion, Regenerate } from '../api/types.js';

/** What stands in the form; nothing sent yet. */
export interface Values {
  readonly motion: Motion;
  readonly mode: Mode;
  readonly dur_seconds: number;
  readonly prompt: string;
  /** As typed; empty: a fresh one is drawn each time. */
  readonly seed: string;
}

export const PROMPT_MAX = 500;
export const SEED_MAX = 2 ** 32 - 1;

/** The form as it opens: what is current. */
export const currentOf = ({ motion, mode, dur_seconds, seed }: Asset): Values => ({
  motion,
  mode,
  dur_seconds,
  prompt: '',
  seed: seed === null ? '' : String(seed),
});

/** Why a seed as typed cannot be sent, if it cannot. */
export function seedComplaint(seed: string): string | undefined {
  if (seed.trim() === '') return undefined;
  const number = Number(seed);
  if (/^\d{1,10}$/.test(seed.trim()) && number <= SEED_MAX) return undefined;
  return `a whole number from 0 to ${SEED_MAX}`;
}

const seedOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** What differs from before; what is left out stays as it is. */
export function changedFrom(before: Values | undefined, now: Values): Regenerate {
  const seed = seedOf(now.seed);
  const prompt = now.prompt.trim();
  return {
    ...(now.motion !== before?.motion && { motion: now.motion }),
    ...(now.mode !== before?.mode && { mode: now.mode }),
    ...(now.dur_seconds !== before?.dur_seconds && { dur_seconds: now.dur_seconds }),
    ...(prompt !== '' && { prompt_override: prompt }),
    ...((before === undefined || seed !== seedOf(before.seed)) && { seed }),
  };
}

/** A seed of the dice. */
export const drawn = (): string => String(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
