import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import { GenerationCancelled, Mp4Stored } from '@zoetrope/contracts/facts/generation';
import type { VideoFact } from '@zoetrope/contracts/facts/video';

export type Stored = Recorded<FactOf<typeof Mp4Stored>>;

/** `announce`: a video is served and not announced. `switch`: a stored one is to be served next. */
export type Left =
  | { readonly kind: 'announce'; readonly last: Recorded<VideoFact> }
  | { readonly kind: 'switch'; readonly stored: Stored }
  | { readonly kind: 'nothing-left' };

/**
 * The next thing to do until generation `upTo` is announced. Oldest first, one after the other: announcements
 * come in the order of the generations, and a stored one is never passed over because its message was late.
 *
 * @param last the last fact of `.video`
 * @param pipeline facts of `.generation` since the served generation was asked for
 */
export function whatsLeft(
  last: Recorded<VideoFact> | undefined,
  pipeline: readonly Recorded[],
  upTo: number,
): Left {
  if (last && !isAnnounced(last)) return { kind: 'announce', last };
  const served = last?.data.generation ?? 0;
  const stored = pipeline
    .filter((fact): fact is Stored => Mp4Stored.is(fact))
    .filter(({ data }) => data.generation > served && data.generation <= upTo)
    .filter(({ data }) => !wasCancelled(pipeline, data.generation))
    .sort((a, b) => a.data.generation - b.data.generation)[0];
  return stored ? { kind: 'switch', stored } : { kind: 'nothing-left' };
}

/** A purge that came after the announcement stands for it. */
export const isAnnounced = (fact: Recorded<VideoFact>): boolean =>
  fact.type === 'GenerationReady' || (fact.type === 'CachesPurged' && fact.data.announced);

const wasCancelled = (pipeline: readonly Recorded[], generation: number): boolean =>
  pipeline.some((fact) => GenerationCancelled.is(fact) && fact.data.generation === generation);
