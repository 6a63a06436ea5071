import { createHash } from 'node:crypto';
import {
  GenerationQueued,
  SourceFetched,
  StageCompleted,
  StageStarted,
  VisionCompleted,
} from '@zoetrope/contracts/facts/generation';
import { sourceKey, stageKey } from '@zoetrope/objects/keys';
import type { StoredObject } from '@zoetrope/objects/store';
import type { TestAsset } from './asset.js';
import type { GeneratorSystem } from './generator-system.js';

const QUEUED = {
  resolved: {
    motion: 'medium',
    mode: 'animate-in',
    dur_seconds: 2,
    aspect: 'preserve',
    prompt_override: 'orbit',
    seed_asked: null,
    seed: 1,
  },
  src: 'https://example.com/a.jpg',
  plan: 'pro',
  model: 'seedance',
  overage: false,
} as const;

interface Made {
  /** What the model made. */
  readonly clip: Buffer;
  /** A JPEG of 320 x 256. */
  readonly source: Buffer;
  /** What the merge made of it; without it, the merge is what comes next. */
  readonly merged?: StoredObject;
}

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Writes generation 1 up to its merge, or to its end, in the generator's place; `begin` lets it go on. */
export async function animatedByHand(
  { objects, logs }: Pick<GeneratorSystem, 'objects' | 'logs'>,
  asset: TestAsset,
  { clip, source, merged }: Made,
): Promise<void> {
  const base = asset.base(1);
  const [picture, video] = await Promise.all([
    objects.put(sourceKey(asset.assetId, 1, hash(source)), source, { contentType: 'image/jpeg' }),
    objects.put(stageKey(asset.assetId, 1, 'single', 1, hash(clip)), clip, { contentType: 'video/mp4' }),
  ]);
  const single = { ...base, stage: 'single', attempt: 1 } as const;
  const merge = { ...base, stage: 'merge', attempt: 1 } as const;
  const facts = [
    GenerationQueued({ ...base, ...QUEUED }),
    SourceFetched({ ...base, ...picture, mediaType: 'image/jpeg', width: 320, height: 256, latencyMs: 1 }),
    VisionCompleted({ ...base, attempt: 1, prompt: 'orbit', provider: 'override', latencyMs: 0 }),
    StageStarted({ ...single, model: 'seedance' }),
    StageCompleted({ ...single, ...video, latencyMs: 1 }),
    ...(merged ? [StageStarted(merge), StageCompleted({ ...merge, ...merged, latencyMs: 1 })] : []),
  ];
  for (const fact of facts) {
    const cause = { id: `by hand ${JSON.stringify(fact)}` };
    await logs.generator.append(asset.subject('generation'), fact, { cause });
  }
}
