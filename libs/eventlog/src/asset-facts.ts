import type { Recorded } from '@zoetrope/contracts/fact';
import type { GenerationFact } from '@zoetrope/contracts/facts/generation';
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
 * the newest queued generation was asked for, and the last word on its video. The cost does not grow with its past.
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
  const recent = await log.readMerged([request, generation], { from: latest?.requestSeq ?? origin.meta.seq });
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
