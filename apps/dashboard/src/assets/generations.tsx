import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import type { AssetDetail, Generation } from '../api/types.js';
import { Icon } from '../ui/icons.js';
import { ago, counted, momentOf, size } from '../ui/words.js';
import { Status } from './status.js';
import { TimelineView } from './timeline.js';
import { MODE_WORDS } from './words.js';

/** Generations beyond the first page, read when somebody asks. */
function useOlder({ asset, generations_cursor }: AssetDetail) {
  return useInfiniteQuery({
    queryKey: ['generations', asset.id, generations_cursor],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/assets/{id}', {
          params: { path: { id: asset.id }, query: { generations_cursor: pageParam } },
        }),
      ),
    initialPageParam: generations_cursor ?? '',
    getNextPageParam: (last) => last.generations_cursor ?? undefined,
    enabled: false,
  });
}

/** Every time it was asked for, newest first, each with its own story. */
export function Generations({ detail }: { readonly detail: AssetDetail }) {
  const { asset, generations, generations_cursor } = detail;
  const older = useOlder(detail);
  const all = [...generations, ...(older.data?.pages.flatMap((page) => page.generations) ?? [])];
  const [open, setOpen] = useState<number>();
  const shown = open ?? all[0]?.generation;
  const more = older.data ? older.hasNextPage : generations_cursor !== null;
  return (
    <section className="stack" aria-labelledby="generations">
      <h2 id="generations">
        Generations <span className="quiet figures">{asset.generation_count}</span>
      </h2>
      <ol className="generations">
        {all.map((generation) => (
          <GenerationRow
            key={generation.generation}
            assetId={asset.id}
            generation={generation}
            served={generation.generation === asset.generation}
            open={shown === generation.generation}
            onToggle={() => setOpen(shown === generation.generation ? 0 : generation.generation)}
          />
        ))}
      </ol>
      {more && (
        <button
          type="button"
          className="button plain more"
          disabled={older.isFetching}
          onClick={() => (older.data ? older.fetchNextPage() : older.refetch())}
        >
          Show older ones
        </button>
      )}
    </section>
  );
}

interface RowProps {
  readonly assetId: string;
  readonly generation: Generation;
  readonly served: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
}

const statusOf = ({ status }: Generation, served: boolean) =>
  status === 'ready' && !served ? <span className="badge">Made</span> : <Status status={status} />;

function GenerationRow({ assetId, generation, served, open, onToggle }: RowProps) {
  const { generation: n, parameters, requested_at, status } = generation;
  const { motion, mode, dur_seconds } = parameters;
  return (
    <li className="generation">
      <button type="button" className="generation-head" aria-expanded={open} onClick={onToggle}>
        <span className="generation-number figures">{n}</span>
        <span className="generation-frame" aria-hidden="true">
          {status === 'ready' && (
            <img src={`/api/assets/${assetId}/generations/${n}/poster`} alt="" loading="lazy" />
          )}
        </span>
        <span className="generation-words">
          {[motion, mode && MODE_WORDS[mode], dur_seconds && `${dur_seconds} s`].filter(Boolean).join(' · ')}
        </span>
        <time
          className="quiet small"
          dateTime={new Date(requested_at).toISOString()}
          title={momentOf(requested_at)}
        >
          {ago(requested_at)}
        </time>
        {statusOf(generation, served)}
        <span className="generation-down" data-open={open}>
          <Icon name="down" />
        </span>
      </button>
      {open && <Details assetId={assetId} generation={generation} />}
    </li>
  );
}

function Details({ assetId, generation }: { readonly assetId: string; readonly generation: Generation }) {
  const { parameters, vision_prompt, model, loop_mode, bytes, predictions, charged, overage, requested_by } =
    generation;
  const facts: [string, React.ReactNode][] = [
    ['Prompt', parameters.prompt_override ?? vision_prompt ?? '—'],
    ['Model', model ? `${model}${loop_mode && loop_mode !== 'none' ? `, ${loop_mode} loop` : ''}` : '—'],
    ['Size', bytes ? size(bytes) : '—'],
    ['Seed', parameters.seed ?? 'fresh'],
    ['Charge', charged ? (overage ? 'one generation, overage' : 'one generation') : 'not charged'],
    ['Predictions', counted(predictions.length, 'prediction')],
    ['Asked by', requested_by],
    ...(generation.error_code
      ? ([['Error', `${generation.error_code}: ${generation.error_msg ?? ''}`]] as const).map(
          (e) => [...e] as [string, string],
        )
      : []),
  ];
  return (
    <div className="generation-body">
      <dl className="facts">
        {facts.map(([term, what]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <TimelineView assetId={assetId} generation={generation.generation} mode={parameters.mode ?? 'loop'} />
    </div>
  );
}
