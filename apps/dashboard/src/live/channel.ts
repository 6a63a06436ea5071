import { FRAME_NAMES, type LiveEvent, sequenceOf } from './events.js';

/** What tabs tell each other. `connected`: the leader's stream stands (again), whatever was missed before. */
type Message =
  | { readonly kind: 'event'; readonly event: LiveEvent; readonly cursor?: string }
  | { readonly kind: 'connected' };

export interface Listener {
  onEvent(event: LiveEvent): void;
  /** Events may have been missed before this. */
  onConnected(): void;
}

/** How long until a refused stream is asked for again, ms. */
const AGAIN_MS = 2_000;

/**
 * The event stream of one project, once for all tabs of the browser: whoever holds the lock has the connection and
 * passes on what it hears; when that tab goes, the next one resumes at the last id that was heard.
 * @returns ends this tab's part
 */
export function listen(projectId: string, listener: Listener): () => void {
  const name = `zoetrope-events-${projectId}`;
  const over = new AbortController();
  const others = new BroadcastChannel(name);
  let cursor: string | undefined;
  const hear = (message: Message): void => {
    if (message.kind === 'connected') {
      listener.onConnected();
      return;
    }
    cursor = message.cursor ?? cursor;
    listener.onEvent(message.event);
  };
  others.onmessage = ({ data }: MessageEvent<Message>) => hear(data);
  const tell = (message: Message): void => {
    hear(message);
    others.postMessage(message);
  };
  const lead = () => connect(projectId, () => cursor, tell, over.signal);
  if (!navigator.locks) void lead();
  // An abort while waiting for the lock rejects; there is nothing to do then.
  else navigator.locks.request(name, { signal: over.signal }, lead).catch(() => undefined);
  return () => {
    over.abort();
    others.close();
  };
}

/** Holds the connection until `signal` aborts. */
async function connect(
  projectId: string,
  cursor: () => string | undefined,
  tell: (message: Message) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const last = cursor();
    const query = last ? `?last_event_id=${encodeURIComponent(last)}` : '';
    const source = new EventSource(`/api/projects/${projectId}/activity${query}`);
    source.onopen = () => tell({ kind: 'connected' });
    for (const frame of FRAME_NAMES)
      source.addEventListener(frame, (message) => tell(toldBy(frame, message)));
    source.addEventListener('reset', () => tell({ kind: 'connected' }));
    await refused(source, signal);
    source.close();
    await pause(AGAIN_MS, signal);
  }
}

function toldBy(frame: LiveEvent['event'], message: MessageEvent<string>): Message {
  const data = JSON.parse(message.data) as Omit<LiveEvent, 'event' | 'id'>;
  // A frame without an id leaves the browser's last one standing: it is not this event's.
  const id = frame === 'stage_progress' ? undefined : sequenceOf(message.lastEventId);
  return { kind: 'event', event: { ...data, event: frame, id }, cursor: message.lastEventId || undefined };
}

/** A browser comes back by itself from a lost connection, but gives up on any answer that is not 200. */
const refused = (source: EventSource, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) resolve();
    };
  });

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
