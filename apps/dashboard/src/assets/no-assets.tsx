import { Link } from '@tanstack/react-router';
import type { StatusFilter } from '../api/queries.js';
import { Frame } from '../ui/zoetrope.js';

const NOTHING = {
  pending: ['Nothing is in the making', 'New generations show up here while their frames are made.'],
  failed: [
    'Nothing has failed',
    'A failed generation is never charged, and the last good video keeps playing.',
  ],
  ready: ['Nothing is live yet', 'An asset is live once its first video can be embedded.'],
} as const;

/** What an empty strip teaches. */
export function NoAssets({
  projectId,
  status,
}: {
  readonly projectId: string;
  readonly status: StatusFilter;
}) {
  if (status) {
    const [title, text] = NOTHING[status];
    return (
      <div className="empty small-empty">
        <h2>{title}</h2>
        <p className="quiet">{text}</p>
      </div>
    );
  }
  return (
    <div className="empty">
      <div className="strip-row" aria-hidden="true">
        {[1, 3, 5, 7, 9, 11].map((n) => (
          <span key={n} className="strip-frame">
            <Frame n={n} />
          </span>
        ))}
      </div>
      <h2>One still makes a moving strip</h2>
      <p className="quiet">
        Drop a picture and Zoetrope looks at it, writes a motion prompt in your brand’s voice and makes a
        short video behind a URL that never changes. You can make it again as often as you like; pages that
        embed it follow by themselves.
      </p>
      <div className="row">
        <Link to="/projects/$projectId/new" params={{ projectId }} className="button primary">
          Make the first one
        </Link>
        <Link to="/projects/$projectId/settings/brand" params={{ projectId }} className="button plain">
          Tell it about your brand
        </Link>
      </div>
    </div>
  );
}
