import { describe, expect, it } from '@jest/globals';
import type { Recorded } from '@zoetrope/contracts/fact';
import fc from 'fast-check';
import { Recent } from './recent.js';
import { type Outlet, SseSession } from './session.js';
import { TellableFact } from './tellable-fact.js';

/**
 * The hand-over between history and the live log, over interleavings: the log grows, the process hears of it later, the
 * client connects at any time, and history is read page by page or from memory.
 */
const TOPIC = 'a'.repeat(32);
const factAt = (seq: number): TellableFact => {
  const assetId = seq % 3 === 0 ? 'b'.repeat(32) : TOPIC;
  const data = { assetId, projectId: 'prj_1', generation: 1, latest: null };
  return new TellableFact(
    { type: 'GenerationFailed', data, meta: { seq, ts: 0 } } as unknown as Recorded,
    'e',
  );
};

class Sheet implements Outlet {
  readonly closed = new AbortController().signal;
  readonly ids: number[] = [];
  write(text: string): void {
    const [, seq] = /^id: e-(\d+)\n/.exec(text) ?? [];
    this.ids.push(Number(seq));
  }
  drained = () => Promise.resolve();
  end = () => {};
}

/** A log, a process that hears of it in order, and one connection. */
class World {
  readonly sheet = new Sheet();
  readonly #log: TellableFact[] = [];
  readonly #recent: Recent;
  #heard = 0;
  #session: SseSession | undefined;
  /** History still to be sent. */
  #rest: TellableFact[] = [];
  #isLive = false;

  constructor(
    private readonly cursor: number,
    remembered: number,
  ) {
    for (let n = 0; n < cursor; n++) this.append();
    this.#recent = new Recent(0, remembered);
  }

  append = () => void this.#log.push(factAt(this.#log.length + 1));

  hear = () => {
    const told = this.#log[this.#heard];
    if (!told) return;
    this.#heard += 1;
    this.#recent.add(told);
    if (told.isAbout(TOPIC)) this.#session?.tell(told);
  };

  /** Listens first; what memory lacks is read from the log, which is ahead of what was heard. */
  connect = () => {
    if (this.#session) return;
    this.#session = new SseSession(this.sheet, 'public', this.cursor);
    const known = this.#recent.since(this.cursor) ?? this.#log.slice(this.cursor);
    this.#rest = known.filter((told) => told.isAbout(TOPIC));
  };

  page = async () => {
    for (const told of this.#rest.splice(0, 3)) await this.#session?.replay(told);
  };

  goLive = async () => {
    if (!this.#session || this.#isLive) return;
    while (this.#rest.length > 0) await this.page();
    this.#session.goLive();
    this.#isLive = true;
  };

  async settle(): Promise<void> {
    this.connect();
    await this.goLive();
    for (const _ of this.#log) this.hear();
  }

  get wanted(): number[] {
    return this.#log
      .slice(this.cursor)
      .filter((told) => told.isAbout(TOPIC))
      .map(({ seq }) => seq);
  }
}

const STEPS = ['append', 'append', 'hear', 'hear', 'connect', 'page', 'goLive'] as const;

describe('the hand-over from history to live', () => {
  it('sends everything after the cursor once, in order, whatever happens in between', async () => {
    const steps = fc.array(fc.constantFrom(...STEPS), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(8),
        fc.integer({ min: 1, max: 6 }),
        steps,
        async (cursor, remembered, taken) => {
          const world = new World(cursor, remembered);
          for (const step of taken) await world[step]();
          await world.settle();
          expect(world.sheet.ids).toEqual(world.wanted);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('memory says that it does not go back so far, rather than leave something out', () => {
    const recent = new Recent(10, 2);
    for (let seq = 11; seq <= 20; seq++) recent.add(factAt(seq));
    expect(recent.since(9)).toBeUndefined();
    expect(recent.since(11)).toBeUndefined();
    expect(recent.since(19)?.map(({ seq }) => seq)).toEqual([20]);
    expect(recent.since(20)).toEqual([]);
    expect(recent.since(25)).toEqual([]);
    expect(recent.lastSeq).toBe(20);
    expect(new Recent(7).since(7)).toEqual([]);
  });
});
