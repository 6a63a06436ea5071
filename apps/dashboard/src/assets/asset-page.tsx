import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { assetQuery } from '../api/queries.js';
import type { Asset } from '../api/types.js';
import { regenerateOne } from '../regenerate/open.js';
import { Icon } from '../ui/icons.js';
import { MotionToggle } from '../ui/playing.js';
import { dateOf, momentOf, nameOf, size } from '../ui/words.js';
import { AssetActions } from './asset-actions.js';
import { EmbedCode } from './embed-code.js';
import { Generations } from './generations.js';
import { Picture } from './picture.js';
import { Purges } from './purges.js';
import { Making, Status } from './status.js';
import { MODE_WORDS } from './words.js';

/** One asset: what is served, how to embed it, how it came to be. */
export function AssetPage() {
  const { assetId } = useParams({ from: '/app/assets/$assetId' });
  const { data } = useSuspenseQuery(assetQuery(assetId));
  const { asset } = data;
  return (
    <main className="page stack wide">
      <div className="page-head asset-head">
        <div className="stack tight">
          <Link to="/projects/$projectId" params={{ projectId: asset.project_id }} className="back quiet">
            <Icon name="back" size={16} /> Assets
          </Link>
          <h1>{nameOf(asset.src_url)}</h1>
        </div>
        <div className="row">
          <AssetActions asset={asset} />
          <button type="button" className="button primary" onClick={() => regenerateOne(asset.id)}>
            <Icon name="again" /> Regenerate
          </button>
        </div>
      </div>
      <div className="asset-top">
        <div className="stack">
          <div
            className="asset-picture"
            style={asset.width && asset.height ? { aspectRatio: `${asset.width} / ${asset.height}` } : {}}
          >
            <Picture asset={asset} />
            {asset.status === 'pending' && <Making asset={asset} />}
          </div>
          <div className="row apart">
            <Status status={asset.status} />
            <MotionToggle />
          </div>
          <Facts asset={asset} />
          {asset.error && (
            <p className="note bad">The last generation failed: {asset.error}. It was not charged.</p>
          )}
        </div>
        <div className="stack wide">
          <EmbedCode asset={asset} />
          <Purges assetId={asset.id} />
        </div>
      </div>
      <Generations detail={data} />
    </main>
  );
}

function Facts({ asset }: { readonly asset: Asset }) {
  const { width, height, duration_ms, bytes, model, loop_mode, motion, mode, dur_seconds, seed, ready_at } =
    asset;
  const facts: [string, React.ReactNode][] = [
    [
      'Now asked',
      `${motion}, ${MODE_WORDS[mode]}, ${dur_seconds} s, ${seed === null ? 'fresh seed' : `seed ${seed}`}`,
    ],
    [
      'Served',
      width && height && bytes && duration_ms
        ? `${width} × ${height}, ${(duration_ms / 1000).toFixed(1)} s, ${size(bytes)}`
        : 'nothing yet',
    ],
    ['Made by', model ? `${model}${loop_mode && loop_mode !== 'none' ? `, ${loop_mode} loop` : ''}` : '—'],
    ['Prompt', asset.vision_prompt ?? '—'],
    ['Live since', ready_at ? momentOf(ready_at) : '—'],
    [
      'Source',
      <span key="s" className="mono-wrap">
        {asset.src_url}
      </span>,
    ],
    [
      'Id',
      <code key="i" className="mono-wrap">
        {asset.id}
      </code>,
    ],
    ['Since', dateOf(asset.created_at)],
  ];
  return (
    <dl className="facts">
      {facts.map(([term, what]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
