import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { assetsQuery, type StatusFilter } from '../api/queries.js';
import { FirstRun } from '../projects/first-run.js';
import { regenerateAll, regenerateMany } from '../regenerate/open.js';
import { MotionToggle } from '../ui/playing.js';
import { counted } from '../ui/words.js';
import { Card } from './card.js';
import { NoAssets } from './no-assets.js';

const FILTERS: readonly [StatusFilter, string][] = [
  [undefined, 'All'],
  ['ready', 'Live'],
  ['pending', 'In the making'],
  ['failed', 'Failed'],
];

/** A project's assets, newest first. */
export function Grid() {
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const { status } = useSearch({ from: '/app/projects/$projectId/' });
  const query = useInfiniteQuery(assetsQuery(projectId, status));
  const assets = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const select = useCallback((id: string, on: boolean) => {
    setSelected((before) => {
      const after = new Set(before);
      if (on) after.add(id);
      else after.delete(id);
      return after;
    });
  }, []);
  const more = query.hasNextPage && !query.isFetchingNextPage;
  return (
    <div className="stack">
      <FirstRun projectId={projectId} />
      <Toolbar
        projectId={projectId}
        status={status}
        selected={selected}
        onClear={() => setSelected(new Set())}
      />
      {query.isPending && <Unexposed />}
      {query.isSuccess && assets.length === 0 && <NoAssets projectId={projectId} status={status} />}
      {assets.length > 0 && (
        <ul className="grid" aria-label="Assets">
          {assets.map((asset) => (
            <Card key={asset.id} asset={asset} selected={selected.has(asset.id)} onSelect={select} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <MoreWhenSeen onSeen={() => more && void query.fetchNextPage()}>
          {query.isFetchingNextPage ? 'Reading more …' : 'Show more'}
        </MoreWhenSeen>
      )}
    </div>
  );
}

interface ToolbarProps {
  readonly projectId: string;
  readonly status: StatusFilter;
  readonly selected: ReadonlySet<string>;
  readonly onClear: () => void;
}

function Toolbar({ projectId, status, selected, onClear }: ToolbarProps) {
  const navigate = useNavigate();
  if (selected.size > 0) {
    return (
      <div className="toolbar selecting">
        <strong role="status">{counted(selected.size, 'asset')} selected</strong>
        <div className="row">
          <button
            type="button"
            className="button primary small"
            onClick={() => regenerateMany(projectId, [...selected])}
          >
            Regenerate {selected.size}
          </button>
          <button type="button" className="button plain small" onClick={onClear}>
            Clear
          </button>
        </div>
      </div>
    );
  }
  return (
    <div className="toolbar">
      <nav className="filters" aria-label="Filter by status">
        {FILTERS.map(([value, label]) => (
          <Link
            key={label}
            to="/projects/$projectId"
            params={{ projectId }}
            search={value ? { status: value } : {}}
            className="filter"
            aria-current={status === value ? 'true' : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      <div className="row">
        <MotionToggle />
        <button type="button" className="button plain small" onClick={() => regenerateAll(projectId)}>
          Regenerate all
        </button>
        <button
          type="button"
          className="button primary small"
          onClick={() => navigate({ to: '/projects/$projectId/new', params: { projectId } })}
        >
          Create
        </button>
      </div>
    </div>
  );
}

/** Frames without a picture yet, as many as a first page shows. */
const Unexposed = () => (
  <ul className="grid" aria-label="Assets are being read">
    {[1, 2, 3, 4, 5, 6].map((n) => (
      <li key={n} className="card" aria-hidden="true">
        <div className="card-picture skeleton" />
        <div className="card-foot">
          <div className="skeleton card-name-skeleton" />
        </div>
      </li>
    ))}
  </ul>
);

function MoreWhenSeen({ onSeen, children }: { readonly onSeen: () => void; readonly children: string }) {
  const button = useRef<HTMLButtonElement>(null);
  const latest = useRef(onSeen);
  latest.current = onSeen;
  useEffect(() => {
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: '600px',
    });
    if (button.current) seen.observe(button.current);
    return () => seen.disconnect();
  }, []);
  return (
    <button ref={button} type="button" className="button plain more" onClick={onSeen}>
      {children}
    </button>
  );
}
