import type { SoakSystem } from './system.ts';

interface JournalLine {
  readonly event: string;
  readonly id: string;
  readonly webhook?: string;
  /** ISO 8601. */
  readonly at: string;
}

/** A prediction that the renderer was asked for. */
export interface Asked {
  readonly id: string;
  /** `<asset id>/<generation>/<stage>`, from its callback's address. */
  readonly stage: string;
  readonly attempt: number;
  readonly ended: boolean;
  /** Unix ms; 0 while it runs. */
  readonly beganAt: number;
  readonly endedAt: number;
}

/** The local renderer as its own journal and its `/_local` doors show it. */
export class Renderer {
  readonly #url: string;
  readonly #token: string;

  constructor({ rendererUrl = '', secrets }: SoakSystem) {
    this.#url = rendererUrl;
    this.#token = secrets.rendererToken;
  }

  /** Predictions of the fixture model stay in flight from now on, or end. */
  async holdFixtures(held: boolean): Promise<void> {
    await this.#call('POST', 'fixtures', { held });
  }

  /** What goes wrong with the next predictions, one each. */
  async nextFaults(next: readonly object[]): Promise<void> {
    await this.#call('POST', 'faults', { next });
  }

  async asked(): Promise<Asked[]> {
    const { lines } = (await this.#call('GET', 'journal')) as { lines: JournalLine[] };
    const ends = new Set(['succeeded', 'failed', 'canceled']);
    const ended = new Map(
      lines.filter(({ event }) => ends.has(event)).map(({ id, at }) => [id, Date.parse(at)]),
    );
    return lines.flatMap(({ event, id, webhook = '', at }) => {
      const [, stage = '', attempt = ''] = /\/([0-9a-f]{32}\/\d+\/\w+)\/(\d+)$/.exec(webhook) ?? [];
      const times = { beganAt: Date.parse(at), endedAt: ended.get(id) ?? 0 };
      return event === 'created'
        ? [{ id, stage, attempt: Number(attempt), ended: ended.has(id), ...times }]
        : [];
    });
  }

  async #call(method: string, what: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#url}/_local/${what}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`_local/${what} answered ${response.status} ${await response.text()}`);
    return response.json();
  }
}
