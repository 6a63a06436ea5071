import { useQuery } from '@tanstack/react-query';
import { timelineQuery } from '../api/queries.js';
import type { Mode } from '../api/types.js';
import { progressOf } from '../live/stages.js';
import { toneOf, wordsOf } from '../projects/event-words.js';
import { Strip } from '../regenerate/strip.js';
import { clockOf, duration } from '../ui/words.js';

interface TimelineViewProps {
  readonly assetId: string;
  readonly generation: number;
  readonly mode: Mode;
}

/** One generation out of the event log: its strip, and every event with its time. */
export function TimelineView({ assetId, generation, mode }: TimelineViewProps) {
  const { data, isPending } = useQuery({ ...timelineQuery(assetId, generation), refetchOnMount: 'always' });
  if (isPending) return <div className="skeleton timeline-skeleton" />;
  const events = data?.items.filter(({ event }) => event !== 'stage_progress') ?? [];
  const began = events[0]?.ts ?? 0;
  return (
    <div className="stack">
      <Strip progress={progressOf(data?.items ?? [], mode)} />
      <ol className="timeline" aria-label={`Events of generation ${generation}`}>
        {events.map((event) => (
          <li key={event.id} className={toneOf(event)}>
            <time className="quiet figures" dateTime={new Date(event.ts).toISOString()}>
              {clockOf(event.ts)}
            </time>
            <span className="timeline-words">{wordsOf(event)}</span>
            <span className="quiet small figures">
              +{duration(event.ts - began)}
              {event.attempt && event.attempt > 1 ? ` · attempt ${event.attempt}` : ''}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
