import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { isAway } from '../api/connection.js';
import { Failure } from '../api/failure.js';
import { useStore } from '../api/store.js';
import { NotFound } from './not-found.js';
import { Problem } from './problem.js';

/** A page that could not be read: it tries again by itself when the server is back. */
export function FailedPage({ error }: ErrorComponentProps) {
  const router = useRouter();
  const { reset } = useQueryErrorResetBoundary();
  const away = useStore(isAway);
  const wasAway = error instanceof Failure && error.isAway;
  const again = () => {
    reset();
    void router.invalidate();
  };
  useEffect(() => {
    if (wasAway && !away) again();
  }, [away]);
  if (error instanceof Failure && (error.status === 404 || error.status === 410)) return <NotFound />;
  return (
    <main className="page stack">
      <h1>This page could not be read</h1>
      <Problem error={error} />
      <div>
        <button type="button" className="button plain" onClick={again}>
          Try again
        </button>
      </div>
    </main>
  );
}
