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

export { PLANS } from './plan-table.js';
