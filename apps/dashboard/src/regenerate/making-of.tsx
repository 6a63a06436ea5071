import { useQuery } from '@tanstack/react-query';
import { assetQuery } from '../api/queries.js';
import type { Asset } from '../api/types.js';
import { useProgress } from '../live/live.js';
import { Playing } from '../ui/playing.js';
import { nameOf } from '../ui/words.js';
import { Strip } from './strip.js';

interface MakingOfProps {
  /** As it was when the new one was asked for. */
  readonly before: Asset;
  readonly generation: number;
}

/** The stages as they happen, the old video and, when it lands, the new one beside it. */
export function MakingOf({ before, generation }: MakingOfProps) {
  const { data } = useQuery(assetQuery(before.id));
  const asset = data?.asset ?? before;
  const progress = useProgress(before.id, generation, asset.mode);
  const landed = asset.generation >= generation;
  const old = before.generation;
  return (
    <div className="stack">
      <Strip progress={progress} />
      <div className={`compare${old > 0 ? '' : ' single'}`}>
        {old > 0 && (
          <figure>
            <div className="compare-picture">
              <Playing
                assetId={before.id}
                generation={old}
                mode={before.mode}
                label={`Before: generation ${old}`}
              />
            </div>
            <figcaption>
              Before <span className="quiet">generation {old}</span>
            </figcaption>
          </figure>
        )}
        <figure data-new={landed ? 'here' : 'waiting'}>
          <div className="compare-picture">
            {landed ? (
              <Playing
                assetId={before.id}
                generation={asset.generation}
                mode={asset.mode}
                label={`New: ${nameOf(asset.src_url)}`}
              />
            ) : (
              <div className="unexposed" />
            )}
          </div>
          <figcaption>
            {landed ? 'Now live' : progress.outcome === 'running' ? 'On its way' : 'Not made'}{' '}
            <span className="quiet">generation {generation}</span>
          </figcaption>
        </figure>
      </div>
      {!landed && old > 0 && progress.outcome === 'running' && (
        <p className="quiet small">
          Your embeds keep playing the old one until the new one is live. You may close this; it goes on.
        </p>
      )}
    </div>
  );
}
