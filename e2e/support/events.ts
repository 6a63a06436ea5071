import { EventSource } from 'eventsource';

export interface SeenEvent {
  readonly id: string;
  readonly name: string;
  readonly data: Record<string, unknown> & { asset_id: string; generation: number };
}

const NAMES = [
  ...[
    'queued',
    'vision_started',
    'vision_completed',
    'vision_failed',
    'stage_started',
    'stage_progress',
    'stage_completed',
  ],
  ...[
    'stage_failed',
    'retry_scheduled',
    'r2_write_completed',
    'cache_purged',
    'ready',
    'failed',
    'cancelled',
  ],
  ...['webhook_dispatched', 'webhook_delivered', 'webhook_failed', 'webhook_dead_letter', 'reset'],
];

/** An EventSource that keeps everything it saw and reconnects by itself, as a browser does. */
export class Watcher {
  readonly seen: SeenEvent[] = [];
  private readonly source: EventSource;
  private readonly waiting = new Set<() => void>();

  constructor(url: string, headers: Record<string, string> = {}) {
    this.source = new EventSource(url, {
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, ...headers } }),
    });
    for (const name of NAMES) {
      this.source.addEventListener(name, (message) => {
        this.seen.push({ id: message.lastEventId, name, data: JSON.parse(String(message.data)) });
        for (const check of [...this.waiting]) check();
      });
    }
  }

  /** Resolves with the first event, past or future, that `matches`. */
  async until(matches: (event: SeenEvent) => boolean, what: string, timeoutMs = 60_000): Promise<SeenEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<SeenEvent>();
    const check = () => {
      const found = this.seen.find(matches);
      if (found) resolve(found);
    };
    const names = () =>
      this.seen
        .map(({ name, data }) => `${data.generation}:${name}:${data.stage ?? ''}${data.error_code ?? ''}`)
        .join(' ');
    const timer = setTimeout(
      () => reject(new Error(`no ${what} within ${timeoutMs} ms; saw ${names()}`)),
      timeoutMs,
    );
    this.waiting.add(check);
    check();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(check);
    }
  }

  named(name: string, generation: number, timeoutMs?: number): Promise<SeenEvent> {
    const matches = (event: SeenEvent) => event.name === name && event.data.generation === generation;
    return this.until(matches, `${name} of generation ${generation}`, timeoutMs);
  }

  stop(): void {
    this.source.close();
  }
}
