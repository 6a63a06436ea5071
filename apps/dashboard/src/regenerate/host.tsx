import { lazy, Suspense } from 'react';
import { useStore } from '../api/store.js';
import { closeRegenerate, opened } from './open.js';

const One = lazy(async () => ({ default: (await import('./regenerate-one.js')).RegenerateOne }));
const Many = lazy(async () => ({ default: (await import('./regenerate-many.js')).RegenerateMany }));

/** Shows the regenerate that is open, over whatever page. */
export function RegenerateHost() {
  const open = useStore(opened);
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
