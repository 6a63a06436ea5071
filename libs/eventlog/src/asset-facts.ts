import type { Recorded } from '@zoetrope/contracts/fact';
import { type Anchor, type GenerationFact, GenerationQueued } from '@zoetrope/contracts/facts/generation';
import type { VideoFact } from '@zoetrope/contracts/facts/video';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from './event-log.js';

/** The facts that tell an asset's present, in log order, and each subject's last sequence as read (0: none). */
export interface PresentFacts {
  readonly facts: readonly Recorded[];
  readonly requestVersion: number;
  readonly generationVersion: number;
  readonly videoVersion: number;
}

/**
 * Reads what an asset is now (docs/structure.md, "Reading an asset's present"): its first request, everything since
 * the newest queued generation was asked for (or an older one that is still in flight behind it), and the last word
 * on its video. The cost does not grow with its past.
 */
export async function readPresent(
  log: Pick<EventLog, 'first' | 'last' | 'readMerged'>,
  assetId: string,
): Promise<PresentFacts> {
  const request = assetSubject(assetId, 'request');
  const generation = assetSubject(assetId, 'generation');
  const [origin, lastGeneration, lastVideo] = await Promise.all([
    log.first(request),
    log.last(generation),
    log.last(assetSubject(assetId, 'video')),
  ]);
  if (!origin) return { facts: [], requestVersion: 0, generationVersion: 0, videoVersion: 0 };
  const latest = (lastGeneration as Recorded<GenerationFact> | undefined)?.data.latest;
  const since = (from: number) => log.readMerged([request, generation], { from });
  const newest = await since(latest?.requestSeq ?? origin.meta.seq);
  const behind = leftBehind(newest, latest, lastVideo as Recorded<VideoFact> | undefined);
  const recent = behind ? await since(behind.requestSeq) : newest;
  const facts = new Map(
    [origin, ...recent, ...(lastVideo ? [lastVideo] : [])].map((fact) => [fact.meta.seq, fact]),
  );
  const lastOf = (subject: string) => recent.findLast((fact) => fact.meta.subject === subject)?.meta.seq ?? 0;
  return {
    facts: [...facts.values()].sort((a, b) => a.meta.seq - b.meta.seq),
    requestVersion: lastOf(request),
    generationVersion: lastOf(generation),
    videoVersion: lastVideo?.meta.seq ?? 0,
  };
}

/** An older generation that may still be in flight behind the newest queued one. */
function leftBehind(
  facts: readonly Recorded[],
  latest: Anchor | null | undefined,
  video: Recorded<VideoFact> | undefined,
): Anchor | undefined {
  const queued = facts.find(
    (fact) => GenerationQueued.is(fact) && fact.data.generation === latest?.generation,
  );
  const { behind } = (queued?.data ?? {}) as { behind?: Anchor };
  return behind && (video?.data.generation ?? 0) <= behind.generation ? behind : undefined;
}
