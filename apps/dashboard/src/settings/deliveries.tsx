import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, keyed } from '../api/client.js';
import { type DeliveryStatus, deliveriesQuery, deliveryQuery } from '../api/queries.js';
import type { Delivery } from '../api/types.js';
import { pretty } from '../projects/inbox.js';
import { useKey } from '../regenerate/use-key.js';
import { Problem } from '../shell/problem.js';
import { ShowAsCode } from '../snippets/show-as-code.js';
import { Code } from '../ui/code.js';
import { SelectField } from '../ui/field.js';
import { Icon } from '../ui/icons.js';
import { toast } from '../ui/toasts.js';
import { ago, counted, momentOf } from '../ui/words.js';
import { ReplayRange } from './replay-range.js';

export const DELIVERY_WORDS: Readonly<Record<DeliveryStatus, readonly [string, string]>> = {
  pending: ['on its way', 'busy'],
  delivered: ['delivered', 'good'],
  failed: ['will be retried', 'bad'],
  dead_letter: ['given up', 'bad'],
  held: ['held', ''],
};

/** How often the list is read anew while somebody looks at it, ms. */
const LOOK_MS = 3_000;

/** What was sent, how it was taken, and sending it again. */
export function Deliveries({ projectId }: { readonly projectId: string }) {
  const [status, setStatus] = useState<DeliveryStatus>();
  // Tests are about no asset, so the project's events do not tell of them.
  const query = useInfiniteQuery({ ...deliveriesQuery(projectId, status), refetchInterval: LOOK_MS });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const [open, setOpen] = useState<string>();
  const [range, setRange] = useState(false);
  return (
    <section className="stack" aria-labelledby="deliveries">
      <div className="row apart">
        <h2 id="deliveries">Deliveries</h2>
        <div className="row">
          <SelectField
            label={<span className="visually-hidden">Status</span>}
            value={status ?? ''}
            onChange={(event) => setStatus((event.target.value || undefined) as DeliveryStatus | undefined)}
          >
            <option value="">All</option>
            {Object.entries(DELIVERY_WORDS).map(([value, [words]]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </SelectField>
          <button type="button" className="button plain" onClick={() => setRange(true)}>
            Replay a time range …
          </button>
        </div>
      </div>
      {query.isSuccess && items.length === 0 && (
        <p className="quiet">
          {status
            ? 'None like that.'
            : 'Nothing was sent yet. Save an endpoint and send a test event, or let a generation finish.'}
        </p>
      )}
      <ul className="deliveries">
        {items.map((item) => (
          <Row
            key={item.id}
            projectId={projectId}
            item={item}
            open={open === item.id}
            onToggle={() => setOpen(open === item.id ? undefined : item.id)}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <button
          type="button"
          className="button plain more"
          disabled={query.isFetching}
          onClick={() => query.fetchNextPage()}
        >
          Show older ones
        </button>
      )}
      {range && <ReplayRange projectId={projectId} onClose={() => setRange(false)} />}
    </section>
  );
}

interface RowProps {
  readonly projectId: string;
  readonly item: Delivery;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Row({ projectId, item, open, onToggle }: RowProps) {
  const [words, tone] = DELIVERY_WORDS[item.status];
  return (
    <li className="delivery" data-delivery={item.id} data-status={item.status}>
      <button type="button" className="delivery-head" aria-expanded={open} onClick={onToggle}>
        <span className={`badge ${tone}`}>{words}</span>
        <strong className="clip">{item.event_type}</strong>
        <span className="quiet small figures">
          {item.response_code ?? (item.error ? 'no answer' : '')} · {counted(item.attempt, 'attempt')}
        </span>
        <time
          className="quiet small"
          dateTime={new Date(item.created_at).toISOString()}
          title={momentOf(item.created_at)}
        >
          {ago(item.created_at)}
        </time>
        <span className="generation-down" data-open={open}>
          <Icon name="down" />
        </span>
      </button>
      {open && <Details projectId={projectId} item={item} />}
    </li>
  );
}

function Details({ projectId, item }: Pick<RowProps, 'projectId' | 'item'>) {
  const client = useQueryClient();
  const key = useKey();
  const { data } = useQuery(deliveryQuery(projectId, item.id));
  const replay = useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/projects/{id}/webhooks/deliveries/{deliveryId}/replay', {
          params: { path: { id: projectId, deliveryId: item.id } },
          ...keyed(key.keyFor(item.id)),
        }),
      ),
    onSettled: (_, error) => key.settled(error),
    onSuccess: () => {
      toast('Sent again, under the same webhook-id');
      void client.invalidateQueries({ queryKey: ['deliveries', projectId] });
    },
  });
  const path = `/api/projects/${projectId}/webhooks/deliveries/${item.id}/replay`;
  return (
    <div className="delivery-body">
      <div className="stack tight">
        <span className="field-label">Payload</span>
        {data ? (
          <Code
            text={
              data.payload_json ? JSON.stringify(data.payload_json, null, 2) : 'Gone: its asset was deleted.'
            }
            what="payload"
            wrap
          />
        ) : (
          <div className="skeleton purges-skeleton" />
        )}
      </div>
      <div className="stack tight">
        <span className="field-label">Response {item.response_code ?? ''}</span>
        <Code text={pretty(item.response_body_preview ?? item.error ?? '(empty)')} what="response" wrap />
        {item.next_attempt_ts && <p className="small quiet">Next attempt {ago(item.next_attempt_ts)}.</p>}
        <div className="row">
          <button
            type="button"
            className="button plain small"
            disabled={replay.isPending}
            onClick={() => replay.mutate()}
          >
            <Icon name="send" size={16} /> Replay
          </button>
          {item.asset_id && (
            <Link to="/assets/$assetId" params={{ assetId: item.asset_id }} className="small">
              Open its asset
            </Link>
          )}
        </div>
        <Problem error={replay.error} />
        <ShowAsCode call={{ method: 'POST', path, keyed: true }} />
      </div>
    </div>
  );
}
