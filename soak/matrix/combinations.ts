import type { PlanName } from '../support/customer.ts';

export type Mode = 'loop' | 'animate-in' | 'animate-on-hover';
export type Motion = 'subtle' | 'medium' | 'kinetic';
export type Aspect = 'preserve' | '1:1' | '16:9' | '9:16';
export type Loop = 'native' | 'crossfade' | 'none';

/** One cell of the matrix: what is asked, and by whom. */
export interface Combination {
  readonly plan: PlanName;
  readonly mode: Mode;
  readonly motion: Motion;
  readonly aspect: Aspect;
  readonly seconds: number;
}

const plans: readonly PlanName[] = ['free', 'pro', 'team'];
const modes: readonly Mode[] = ['loop', 'animate-in', 'animate-on-hover'];
const motions: readonly Motion[] = ['subtle', 'medium', 'kinetic'];
const aspects: readonly Aspect[] = ['preserve', '1:1', '16:9', '9:16'];

/** PRODUCT 5: Free has the source's own shape only. */
const aspectsOf = (plan: PlanName): readonly Aspect[] => (plan === 'free' ? ['preserve'] : aspects);

/**
 * Everything that a customer may ask for. Lengths go round `seconds` from cell to cell, the same one for all motions of
 * a cell, so that these can be compared.
 */
export function allCombinations(seconds: readonly number[]): Combination[] {
  const cells = plans.flatMap((plan) =>
    modes.flatMap((mode) => aspectsOf(plan).map((aspect) => ({ plan, mode, aspect }))),
  );
  return cells.flatMap((cell, index) =>
    motions.map((motion) => ({ ...cell, motion, seconds: seconds[index % seconds.length] ?? 4 })),
  );
}

/** One of each kind: every plan, mode, motion and shape, both ways to close a loop, an odd length. */
export const fewCombinations: readonly Combination[] = [
  { plan: 'free', mode: 'loop', motion: 'subtle', aspect: 'preserve', seconds: 2 },
  { plan: 'pro', mode: 'loop', motion: 'subtle', aspect: 'preserve', seconds: 3 },
  { plan: 'pro', mode: 'animate-on-hover', motion: 'medium', aspect: '16:9', seconds: 2 },
  { plan: 'team', mode: 'loop', motion: 'kinetic', aspect: '1:1', seconds: 2 },
  { plan: 'team', mode: 'animate-in', motion: 'kinetic', aspect: '9:16', seconds: 2 },
];

/** How PRODUCT 5 says that a plan closes its loops. */
export function loopOf({ plan, mode }: Combination): Loop {
  if (mode !== 'loop') return 'none';
  return plan === 'free' ? 'crossfade' : 'native';
}

/** Width over height that was asked for. */
export function ratioOf({ aspect }: Combination, photo: { width: number; height: number }): number {
  if (aspect === 'preserve') return photo.width / photo.height;
  const [across = 1, down = 1] = aspect.split(':').map(Number);
  return across / down;
}

export const nameOf = ({ plan, mode, motion, aspect, seconds }: Combination): string =>
  `${plan} ${mode} ${motion} ${aspect} ${seconds} s`;
