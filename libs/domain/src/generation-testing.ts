import type { Recorded } from '@zoetrope/contracts/fact';
import * as facts from '@zoetrope/contracts/facts/generation';
import { AssetId, CommandId, OwnerId, Period, ProjectId } from '@zoetrope/contracts/ids';
import type { Resolved } from '@zoetrope/contracts/parameters';

export const T0 = 1_800_000_000_000;

export const base = {
  assetId: AssetId.parse('ab'.repeat(16)),
  projectId: ProjectId.parse(`prj_${'a'.repeat(20)}`),
  ownerId: OwnerId.parse('owner'),
  period: Period.parse('2026-11'),
  generation: 1,
  requestSeq: 1,
  commandId: CommandId.parse(`cmd_${'0'.repeat(32)}`),
  latest: { generation: 1, requestSeq: 1 },
};

export const object = { key: 'some/key', sha256: 'a'.repeat(64), bytes: 10 };

export const resolved: Resolved = {
  motion: 'medium',
  mode: 'loop',
  dur_seconds: 4,
  aspect: 'preserve',
  seed_asked: null,
  seed: 7,
};

/** Facts of generation 1 with what a test does not care about filled in. */
export const some = {
  queued: (changes: Partial<Resolved> = {}, generation = 1) =>
    facts.GenerationQueued({
      ...base,
      generation,
      latest: { generation, requestSeq: generation },
      requestSeq: generation,
      resolved: { ...resolved, ...changes },
      src: 'https://example.com/a.png',
      plan: 'pro',
      model: 'seedance',
      overage: false,
    }),
  source: () =>
    facts.SourceFetched({
      ...base,
      ...object,
      mediaType: 'image/png',
      width: 512,
      height: 512,
      latencyMs: 5,
    }),
  visionStarted: (attempt = 1) => facts.VisionStarted({ ...base, attempt }),
  vision: (attempt = 1) =>
    facts.VisionCompleted({ ...base, attempt, prompt: 'push in', provider: 'local', latencyMs: 5 }),
  visionFailed: (attempt = 1, transient = true) =>
    facts.VisionFailed({ ...base, attempt, code: 'vision_timeout', message: 'late', transient }),
  started: (stage: facts.Stage, attempt = 1) => facts.StageStarted({ ...base, stage, attempt }),
  created: (stage: facts.PredictionStage, attempt = 1) =>
    facts.PredictionCreated({
      ...base,
      stage,
      attempt,
      predictionId: `p-${stage}-${attempt}`,
      adopted: false,
    }),
  unconfirmed: (stage: facts.PredictionStage, attempt = 1) =>
    facts.PredictionUnconfirmed({ ...base, stage, attempt }),
  completed: (stage: facts.Stage, attempt = 1) =>
    facts.StageCompleted({ ...base, ...object, stage, attempt, latencyMs: 5 }),
  failed: (stage: facts.Stage, attempt = 1, transient = true, retryAfterMs?: number) =>
    facts.StageFailed({
      ...base,
      stage,
      attempt,
      code: 'i2v_failed',
      message: 'broke',
      transient,
      retryAfterMs,
    }),
  retry: (stage: facts.Stage, attempt: number, at: number) =>
    facts.RetryScheduled({ ...base, stage, attempt, at }),
  stored: () =>
    facts.Mp4Stored({
      ...base,
      ...object,
      durationMs: 4000,
      width: 512,
      height: 512,
      loopMode: 'native',
      model: 'seedance',
      posterKey: 'poster',
      latencyMs: 5,
    }),
  refused: (generation = 1) =>
    facts.GenerationRefused({ ...base, generation, latest: base.latest, reason: 'limit' }),
  generationFailed: () => facts.GenerationFailed({ ...base, code: 'i2v_failed', message: 'broke' }),
  cancelled: () => facts.GenerationCancelled({ ...base, reason: 'requested', predicted: false }),
};

/** Gives facts places in a log, one second apart from T0 on. */
export const inLog = (
  list: readonly facts.GenerationFact[],
  firstSeq = 1,
): Recorded<facts.GenerationFact>[] =>
  list.map((fact, index) => ({
    ...fact,
    meta: {
      id: `fact-${firstSeq + index}`,
      stream: 'ASSETS',
      subject: 'asset.ab.x.generation',
      seq: firstSeq + index,
      ts: T0 + index * 1000,
      causeId: 'cause',
    },
  }));
