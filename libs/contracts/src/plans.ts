import { z } from 'zod';

export const PlanName = z.enum(['free', 'pro', 'team']);
export type PlanName = z.infer<typeof PlanName>;

export const ModelName = z.enum(['wan-fast', 'seedance', 'p-video']);
export type ModelName = z.infer<typeof ModelName>;

export interface Plan {
  readonly name: PlanName;
  /** US cents a month. */
  readonly priceCents: number;
  /** Generations included in a UTC month. */
  readonly included: number;
  readonly model: ModelName;
  readonly loop: 'native' | 'crossfade';
  readonly aspects: 'preserve' | 'all';
  /** US cents for each generation over the included ones; undefined where overage is never allowed. */
  readonly overageCents?: number;
}

/** The plan table of PRODUCT 5, the only place where plans are told apart. */
export const PLANS: Readonly<Record<PlanName, Plan>> = {
  free: {
    name: 'free',
    priceCents: 0,
    included: 5,
    model: 'wan-fast',
    loop: 'crossfade',
    aspects: 'preserve',
  },
  pro: {
    name: 'pro',
    priceCents: 1900,
    included: 100,
    model: 'seedance',
    loop: 'native',
    aspects: 'all',
    overageCents: 10,
  },
  team: {
    name: 'team',
    priceCents: 7900,
    included: 500,
    model: 'p-video',
    loop: 'native',
    aspects: 'all',
    overageCents: 8,
  },
};
