import type { IncomingMessage } from 'node:http';
import type { CurrentVideos } from './current-videos.js';

/**
 * Waits until nothing is in flight for an asset, at most `ms`, or until the client has gone. Wakes at the asset's
 * facts, not at intervals.
 */
export async function untilSettled(
  videos: Pick<CurrentVideos, 'listen' | 'within' | 'current'>,
  assetId: string,
  ms: number,
  client: IncomingMessage,
): Promise<void> {
  let wake = () => {};
  let over = false;
  const end = () => {
    over = true;
    wake();
  };
  const timer = setTimeout(end, ms);
  client.socket.once('close', end);
  let heard = 0;
  const stop = videos.listen(assetId, () => {
    heard += 1;
    wake();
  });
  try {
    while (!over) {
      const before = heard;
      const { present } = await videos.within(assetId, (ticket) => videos.current(ticket));
      if (present.status !== 'pending') return;
      // What was heard while reading may be newer than what was read.
      if (heard === before && !over) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
    clearTimeout(timer);
    client.socket.off('close', end);
  }
}
