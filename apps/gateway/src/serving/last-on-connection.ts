import type { ServerResponse } from 'node:http';

/** For a peer that has everything and does not close its side, ms. */
const LINGER_MS = 30_000;

/**
 * Makes an answer the last of its connection, and calls back once the peer has taken it: it closes its side then.
 * That a response was handed to the kernel says nothing of that: a slow cache may store it much later.
 */
export function whenTaken(response: ServerResponse, taken: () => void): void {
  const { socket } = response;
  if (!socket || socket.destroyed) {
    taken();
    return;
  }
  response.setHeader('connection', 'close');
  socket.once('close', taken);
  // Node would close both sides as soon as everything is handed over.
  socket.destroySoon = () => {
    socket.setTimeout(LINGER_MS, () => socket.destroy());
    socket.end();
  };
}

/** Ends the connection so that nothing more of it arrives, not even what the kernel holds: a cache has half an answer. */
export const breakOff = ({ socket }: ServerResponse): void => void socket?.resetAndDestroy();
