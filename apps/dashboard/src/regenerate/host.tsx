import { useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { useStore } from '../api/store.js';
import { closeRegenerate, opened } from './open.js';

const One = lazy(async () => ({ default: (await import('./regenerate-one.js')).RegenerateOne }));
const Many = lazy(async () => ({ default: (await import('./regenerate-many.js')).RegenerateMany }));

/** Shows the regenerate that is open, over whatever page. */
export function RegenerateHost() {
  const open = useStore(opened);
  const { pathname } = useLocation();
  // Whoever follows a link out of it wants to see where it leads.
  useEffect(() => closeRegenerate, [pathname]);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      {open.kind === 'one' ? (
        <One key={open.assetId} assetId={open.assetId} onClose={closeRegenerate} />
      ) : (
        <Many projectId={open.projectId} ids={open.ids} onClose={closeRegenerate} />
      )}
    </Suspense>
  );
}
