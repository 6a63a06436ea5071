import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { merged } from '../live/events.js';
import { answer, api } from './client.js';
import type { Timeline } from './types.js';

const path = (id: string) => ({ params: { path: { id } } });

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => answer(api.GET('/api/user/session')),
  staleTime: 60_000,
});
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => answer(api.GET('/api/user/me')),
});
export const usageQuery = (days: number) =>
  queryOptions({
    queryKey: ['usage', days],
    queryFn: () => answer(api.GET('/api/user/usage', { params: { query: { days } } })),
  });
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: () => answer(api.GET('/api/user/tokens')),
});
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: () => answer(api.GET('/api/user/oauth')),
  staleTime: Number.POSITIVE_INFINITY,
});
export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: () => answer(api.GET('/api/projects', { params: { query: { limit: 100 } } })),
});
export const projectQuery = (id: string) =>
  queryOptions({ queryKey: ['project', id], queryFn: () => answer(api.GET('/api/projects/{id}', path(id))) });

/** Assets of one page of the grid. */
export const PAGE = 24;
export type StatusFilter = 'pending' | 'ready' | 'failed' | undefined;
export const assetsQuery = (projectId: string, status: StatusFilter) =>
  infiniteQueryOptions({
    queryKey: ['assets', projectId, status ?? 'all'],
    queryFn: ({ pageParam }) => {
      const query = { limit: PAGE, status, ...(pageParam && { cursor: pageParam }) };
      return answer(api.GET('/api/projects/{id}/assets', { params: { path: { id: projectId }, query } }));
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
export const assetQuery = (id: string) =>
  queryOptions({ queryKey: ['asset', id], queryFn: () => answer(api.GET('/api/assets/{id}', path(id))) });
export const timelineQuery = (id: string, generation: number) =>
  queryOptions({
    queryKey: ['timeline', id, generation],
    // What the stream told meanwhile may be newer than this answer.
    queryFn: async ({ client, queryKey }) => {
      const params = { path: { id }, query: { generation } };
      const read = await answer(api.GET('/api/assets/{id}/timeline', { params }));
      const heard = client.getQueryData<Timeline>(queryKey)?.items ?? [];
      return { ...read, items: merged(read.items, heard) as Timeline['items'] };
    },
  });
export const purgesQuery = (id: string) =>
  queryOptions({
    queryKey: ['purges', id],
    queryFn: () => answer(api.GET('/api/assets/{id}/purges', path(id))),
  });
export const webhooksQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', id],
    queryFn: () => answer(api.GET('/api/projects/{id}/webhooks', path(id))),
  });
export const inboxQuery = (id: string) =>
  queryOptions({
    queryKey: ['inbox', id],
    queryFn: () => answer(api.GET('/api/projects/{id}/webhooks/inbox', path(id))),
  });
export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'dead_letter' | 'held';
export const deliveriesQuery = (id: string, status: DeliveryStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', id, status ?? 'all'],
    queryFn: ({ pageParam }) => {
      const query = { limit: 25, status, ...(pageParam && { cursor: pageParam }) };
      const params = { path: { id }, query };
      return answer(api.GET('/api/projects/{id}/webhooks/deliveries', { params }));
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
export const deliveryQuery = (id: string, deliveryId: string) =>
  queryOptions({
    queryKey: ['delivery', id, deliveryId],
    queryFn: () =>
      answer(
        api.GET('/api/projects/{id}/webhooks/deliveries/{deliveryId}', {
          params: { path: { id, deliveryId } },
        }),
      ),
  });
