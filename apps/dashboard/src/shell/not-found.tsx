import { Link } from '@tanstack/react-router';
import { Frame } from '../ui/zoetrope.js';

/** The frame that is missing from the strip. */
export function NotFound() {
  return (
    <main className="page not-found">
      <div className="strip-row" aria-hidden="true">
        {[1, 2, 3].map((n) => (
          <span key={n} className="strip-frame">
            <Frame n={n} />
          </span>
        ))}
        <span className="strip-frame missing">404</span>
        {[5, 6, 7].map((n) => (
          <span key={n} className="strip-frame">
            <Frame n={n} />
          </span>
        ))}
      </div>
      <h1>This frame is missing</h1>
      <p className="quiet">
        There is nothing at this address, or it belongs to another account: both look the same from outside.
      </p>
      <Link to="/" className="button">
        Back to your assets
      </Link>
    </main>
  );
}
