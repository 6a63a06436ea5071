import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { assetQuery, timelineQuery } from '../api/queries.js';
import type { Mode, Timeline } from '../api/types.js';
import { listen } from './channel.js';
import { type LiveEvent, merged } from './events.js';
import { type Progress, progressOf } from './stages.js';

/** Events after which an asset's own values or its video are others than before. */
const CHANGES_ASSET = new Set<LiveEvent['event']>(['queued', 'ready', 'failed', 'cancelled']);

/** Keeps the query cache in step with a project's event stream for as long as the component is there. */
export function useLive(projectId: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!projectId) return;
    return listen(projectId, {
      onEvent: (event) => take(client, projectId, event),
      onConnected: () => catchUp(client, projectId),
    });
  }, [client, projectId]);
}

function take(client: QueryClient, projectId: string, event: LiveEvent): void {
  const { asset_id: id, generation } = event;
  client.setQueryData<Timeline>(timelineQuery(id, generation).queryKey, (known) => grown(known, event));
  client.setQueryData<LiveEvent[]>(['feed', projectId], (feed = []) =>
    event.event === 'stage_progress'
      ? feed
      : [event, ...feed.filter((each) => each.id !== event.id)].slice(0, 200),
  );
  if (event.event === 'cache_purged') void client.invalidateQueries({ queryKey: ['purges', id] });
  if (event.event.startsWith('webhook_')) staleWebhooks(client, projectId);
  if (!CHANGES_ASSET.has(event.event)) return;
  void client.invalidateQueries({ queryKey: assetQuery(id).queryKey });
  void client.invalidateQueries({ queryKey: ['assets', projectId] });
  void client.invalidateQueries({ queryKey: ['me'] });
  void client.invalidateQueries({ queryKey: ['usage'] });
}

/** A timeline that nobody has read yet begins with what is heard; reading it adds what came before. */
function grown(known: Timeline | undefined, event: LiveEvent): Timeline {
  const items = known?.items ?? [];
  const steps =
    event.event === 'stage_progress' ? items.filter(({ event }) => event !== 'stage_progress') : items;
  return { generation: event.generation, items: merged(steps, [event]) as Timeline['items'] };
}

function staleWebhooks(client: QueryClient, projectId: string): void {
  for (const key of ['deliveries', 'delivery', 'inbox', 'webhooks'])
    void client.invalidateQueries({ queryKey: [key, projectId] });
}

function catchUp(client: QueryClient, projectId: string): void {
  staleWebhooks(client, projectId);
  for (const key of [['assets', projectId], ['asset'], ['timeline'], ['me']])
    void client.invalidateQueries({ queryKey: key });
}

/** Where a generation stands, out of the log and then live. */
export function useProgress(assetId: string, generation: number, mode: Mode): Progress {
  const { data } = useQuery({ ...timelineQuery(assetId, generation), refetchOnMount: 'always' });
  return progressOf(data?.items ?? [], mode);
}
