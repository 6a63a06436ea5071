import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { isAway } from '../api/connection.js';
import { useStore } from '../api/store.js';
import { Spinning } from '../ui/zoetrope.js';

/** Says that the server is away for as long as it is, and reads everything anew when it is back. */
export function AwayBanner() {
  const away = useStore(isAway);
  const client = useQueryClient();
  const was = useRef(false);
  useEffect(() => {
    if (was.current && !away) void client.invalidateQueries();
    was.current = away;
  }, [away, client]);
  return (
    <div role="status" aria-live="polite">
      {away && (
        <div className="away">
          <Spinning label="Looking for the server" />
          <span>
            <strong>The server is away.</strong> What you entered stays here; we go on by ourselves when it is
            back.
          </span>
        </div>
      )}
    </div>
  );
}
