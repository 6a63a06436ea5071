import type { Plan, PlanName } from './plans.js';

/** The plan table of PRODUCT 5, the only place where plans are told apart; without Zod, so that a browser may have it. */
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
