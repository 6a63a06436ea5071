import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Asset } from '../api/types.js';
import { regenerateOne } from '../regenerate/open.js';
import { Icon } from '../ui/icons.js';
import { nameOf } from '../ui/words.js';
import { Picture } from './picture.js';
import { Making } from './status.js';
import { MODE_WORDS } from './words.js';

interface CardProps {
  readonly asset: Asset;
  readonly selected: boolean;
  readonly onSelect: (id: string, selected: boolean) => void;
}

/** One frame of the grid. */
export const Card = memo(function Card({ asset, selected, onSelect }: CardProps) {
  const { id, motion, mode, dur_seconds, status, error, src_url } = asset;
  const name = nameOf(src_url);
  return (
    <li className={`card${selected ? ' selected' : ''}`} data-asset={id} data-status={status}>
      <div className="card-picture">
        <Picture asset={asset} />
        {status === 'pending' && <Making asset={asset} />}
        {error && status !== 'pending' && <span className="badge bad card-error">Last one failed</span>}
        <label className="card-check">
          <input
            type="checkbox"
            checked={selected}
            onChange={(event) => onSelect(id, event.target.checked)}
          />
          <span className="visually-hidden">Select {name}</span>
        </label>
      </div>
      <div className="card-foot">
        <div className="stack tight card-words">
          <Link to="/assets/$assetId" params={{ assetId: id }} className="card-name clip" title={src_url}>
            {name}
          </Link>
          <span className="quiet small clip">
            {motion} · {MODE_WORDS[mode]} · {dur_seconds} s
          </span>
        </div>
        <button
          type="button"
          className="button plain small"
          onClick={() => regenerateOne(id)}
          aria-label={`Regenerate ${name}`}
        >
          <Icon name="again" size={16} />
          Regenerate
        </button>
      </div>
    </li>
  );
});
