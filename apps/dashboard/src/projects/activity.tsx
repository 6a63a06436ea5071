import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { assetsQuery } from '../api/queries.js';
import type { LiveEvent } from '../live/events.js';
import { clockOf, nameOf } from '../ui/words.js';
import { Spinning } from '../ui/zoetrope.js';
import { toneOf, wordsOf } from './event-words.js';

/** What happens in the project while somebody looks. */
export function Activity() {
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const { data: feed = [] } = useQuery<LiveEvent[]>({
    queryKey: ['feed', projectId],
    queryFn: () => [],
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data } = useInfiniteQuery(assetsQuery(projectId, undefined));
  const names = new Map(
    data?.pages.flatMap(({ items }) => items.map(({ id, src_url }) => [id, nameOf(src_url)])),
  );
  return (
    <div className="stack">
      <p className="row quiet">
        <Spinning label="Listening" /> Live from the event log, as it happens. Older events are on each
        asset’s page.
      </p>
      {feed.length === 0 ? (
        <div className="empty small-empty">
          <h2>It is quiet</h2>
          <p className="quiet">
            Regenerate an asset, here or from your server, and every step shows up at once: the same events
            that <code>GET /api/projects/{'{id}'}/activity</code> streams.
          </p>
        </div>
      ) : (
        <ol className="feed" aria-label="Events">
          {feed.map((event) => (
            <li key={event.id} className="feed-line">
              <time className="quiet figures" dateTime={new Date(event.ts).toISOString()}>
                {clockOf(event.ts)}
              </time>
              <Link to="/assets/$assetId" params={{ assetId: event.asset_id }} className="clip">
                {names.get(event.asset_id) ?? event.asset_id.slice(0, 8)}
              </Link>
              <span className={`feed-words ${toneOf(event)}`}>{wordsOf(event)}</span>
              <span className="quiet small figures">#{event.generation}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
