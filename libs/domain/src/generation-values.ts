import type { Defaults, PrepareAsked, RegenerateAsked, Resolved } from '@zoetrope/contracts/parameters';
import { PLANS, type PlanName } from '@zoetrope/contracts/plans';

export interface ToResolve {
  /** What this generation's request sent; for the first one, what prepare was asked. */
  readonly asked: RegenerateAsked;
  /** What prepare was asked: the asset's aspect and its own prompt stay with it for ever. */
  readonly prepared: PrepareAsked;
  readonly defaults: Defaults;
  /** Values of the last queued generation; none when every one before was refused. */
  readonly current?: Resolved;
  readonly plan: PlanName;
  /** A fresh random seed, used when none is asked. */
  readonly drawnSeed: number;
}

/** Every value of a generation (PRODUCT 3.2): sent, else current, else as prepared, else the project's default. */
export const resolveValues = (ask: ToResolve): Resolved => {
  const { asked, prepared, defaults, current } = ask;
  const first = current ?? { ...defaults, ...defined(prepared), seed_asked: prepared.seed ?? null };
  const seedAsked = asked.seed === undefined ? first.seed_asked : asked.seed;
  const prompt = asked.prompt_override ?? prepared.prompt_override;
  return {
    motion: asked.motion ?? first.motion,
    mode: asked.mode ?? first.mode,
    dur_seconds: asked.dur_seconds ?? first.dur_seconds,
    aspect: PLANS[ask.plan].aspects === 'all' ? (prepared.aspect ?? 'preserve') : 'preserve',
    ...(prompt === undefined ? {} : { prompt_override: prompt }),
    seed_asked: seedAsked,
    seed: seedAsked ?? ask.drawnSeed,
  };
};

const defined = ({ motion, mode, dur_seconds }: PrepareAsked): Partial<Defaults> => ({
  ...(motion === undefined ? {} : { motion }),
  ...(mode === undefined ? {} : { mode }),
  ...(dur_seconds === undefined ? {} : { dur_seconds }),
});
