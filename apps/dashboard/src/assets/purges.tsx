import { useMutation, useQuery } from '@tanstack/react-query';
import { answer, api } from '../api/client.js';
import { purgesQuery } from '../api/queries.js';
import { toast } from '../ui/toasts.js';
import { ago, momentOf } from '../ui/words.js';

/** A gateway's own cache is named by a random id that tells nobody anything. */
const nameOf = (cache: string): string =>
  cache.startsWith('gateway.') ? `this service (${cache.slice(8, 14)})` : cache;

/** Each cache's last purge, and purging again. */
export function Purges({ assetId }: { readonly assetId: string }) {
  const { data } = useQuery(purgesQuery(assetId));
  const purge = useMutation({
    mutationFn: () => answer(api.POST('/api/assets/{id}/purge', { params: { path: { id: assetId } } })),
    onSuccess: () => toast('Asked every cache to forget it; they show up here as they answer'),
    onError: () => toast('The purge could not be asked for', 'bad'),
  });
  if (!data) return <div className="skeleton purges-skeleton" />;
  return (
    <section className="stack tight" aria-labelledby="caches">
      <div className="row apart">
        <h2 id="caches">Caches</h2>
        <button
          type="button"
          className="button plain small"
          disabled={purge.isPending}
          onClick={() => purge.mutate()}
        >
          Purge again
        </button>
      </div>
      {data.items.length === 0 ? (
        <p className="quiet small">Nothing had to be purged yet.</p>
      ) : (
        <ul className="purges">
          {data.items.map(({ cache, at, confirmed }) => (
            <li key={cache} className="row apart">
              <span>{nameOf(cache)}</span>
              <span className="row small">
                <time className="quiet" dateTime={new Date(at).toISOString()} title={momentOf(at)}>
                  {ago(at)}
                </time>
                <span className={`badge ${confirmed ? 'good' : 'busy'}`}>
                  {confirmed ? 'purged' : 'not confirmed yet'}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
