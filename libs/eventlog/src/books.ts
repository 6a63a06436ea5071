import type { Recorded } from '@zoetrope/contracts/fact';
import { z } from 'zod';
import type { EventLog } from './event-log.js';
import { streamOf } from './streams.js';

/** A subject folded to a state, and how long folds are kept in the `snapshots` bucket. */
export interface Folding<State> {
  empty(): State;
  /** May change the state in place; gives it back. */
  evolve(state: State, fact: Recorded): State;
  /** About how much memory a state takes, in entries of about 200 bytes; 1 unless told. */
  weight?(state: State): number;
  readonly snapshots?: SnapshotFormat<State>;
}

/** Head and chunks of a state. Chunks are numbered from 0, never change, and are written before the head. */
export interface SnapshotFormat<State> {
  /** Names the kind of state and its fold's version, `ledger.v1`: snapshots of another fold are not read. */
  readonly name: string;
  write(state: State, fromChunk: number): { head: { chunks: number }; chunks: readonly string[] };
  /** @throws when they are not what `write` writes */
  read(head: unknown, chunks: readonly string[]): State;
}

/** One folded subject. */
export interface Book<State> {
  readonly subject: string;
  state: State;
  /** Last sequence of the subject in `state`; 0 for none. */
  version: number;
  /** Id of that fact. */
  lastId: string;
  /** Facts folded since the last snapshot that this process read or wrote. */
  sinceSnapshot: number;
  /** Chunks that are in the bucket. */
  chunksWritten: number;
}

const Snapshot = z.object({
  version: z.number().int(),
  lastId: z.string(),
  head: z.looseObject({ chunks: z.number().int().min(0) }),
});

/** Entries kept in memory, about 100 MB; what was used longest ago is forgotten and read again when needed. */
const LIMIT = 500_000;
/** Facts in memory at once while a long subject is folded. */
const PAGE = 4_096;

/**
 * Folded subjects in memory, each used by one at a time, in order. A stale one is harmless where an append's
 * expectation finds it out; `catchUp` makes it current.
 */
export class Books<State> {
  private readonly books = new Map<string, { book: Book<State>; weight: number }>();
  private readonly queues = new Map<string, Promise<unknown>>();
  /** Looks that wait for their turn. */
  private readonly looks = new Map<string, Promise<State>>();
  private total = 0;

  constructor(
    private readonly log: Pick<EventLog, 'lastSeq' | 'read' | 'readCurrent' | 'snapshots' | 'get'>,
    private readonly folding: Folding<State>,
    private readonly limit = LIMIT,
  ) {}

  /** Runs `work` with the subject's book, after everybody who asked before. A throw forgets the book. */
  async with<T>(subject: string, work: (book: Book<State>) => Promise<T>): Promise<T> {
    const before = this.queues.get(subject) ?? Promise.resolve();
    const turn = before.then(() => this.run(subject, work));
    const settled = turn.catch(() => undefined);
    this.queues.set(subject, settled);
    try {
      return await turn;
    } finally {
      if (this.queues.get(subject) === settled) this.queues.delete(subject);
    }
  }

  /**
   * The state up to the subject's last fact as the stream leader knows it. Whoever asks before a look has begun shares
   * it: what they could have seen by then, it sees.
   */
  async current(subject: string): Promise<State> {
    const shared = this.looks.get(subject);
    if (shared) return shared;
    const look = this.with(subject, async (book) => {
      this.looks.delete(subject); // from here on it may be too early for those who come
      await this.catchUp(book);
      return book.state;
    });
    this.looks.set(subject, look);
    try {
      return await look;
    } finally {
      if (this.looks.get(subject) === look) this.looks.delete(subject);
    }
  }

  /** Folds what came after the book's version, up to the leader's last fact; false when there was nothing. */
  async catchUp(book: Book<State>): Promise<boolean> {
    const { subject, version } = book;
    const to = await this.log.lastSeq(subject);
    while (book.version < to) {
      const from = book.version + 1;
      const page = await this.log.read(subject, { from, to, limit: PAGE });
      // A replica that lags has nothing yet; the leader has.
      const facts = page.length > 0 ? page : await this.log.readCurrent(subject, { from });
      if (facts.length === 0) break; // they were purged meanwhile
      for (const fact of facts) this.fold(book, fact, fact.meta);
    }
    return book.version > version;
  }

  /** Folds one fact that this process has appended. */
  fold(
    book: Book<State>,
    fact: Pick<Recorded, 'type' | 'version' | 'data'>,
    at: { seq: number; id: string },
  ): void {
    book.state = this.folding.evolve(book.state, fact as Recorded);
    book.version = at.seq;
    book.lastId = at.id;
    book.sinceSnapshot += 1;
  }

  /** Writes the book's snapshot: new chunks first, so that a head never names one that is not there. */
  async save(book: Book<State>): Promise<void> {
    const format = this.folding.snapshots;
    if (!format) return;
    const { version, lastId } = book;
    const { head, chunks } = format.write(book.state, book.chunksWritten);
    const first = book.chunksWritten;
    book.sinceSnapshot = 0;
    await Promise.all(
      chunks.map((text, n) => this.log.snapshots.put(this.key(book.subject, first + n), text)),
    );
    book.chunksWritten = Math.max(book.chunksWritten, head.chunks);
    await this.log.snapshots.put(this.key(book.subject, 'head'), JSON.stringify({ version, lastId, head }));
  }

  private async run<T>(subject: string, work: (book: Book<State>) => Promise<T>): Promise<T> {
    const book = this.taken(subject) ?? (await this.opened(subject));
    const result = await work(book);
    this.keep(book);
    return result;
  }

  /** Out of the map while it is in use: whoever throws half way through a fold leaves none behind. */
  private taken(subject: string): Book<State> | undefined {
    const held = this.books.get(subject);
    if (!held) return undefined;
    this.books.delete(subject);
    this.total -= held.weight;
    return held.book;
  }

  private keep(book: Book<State>): void {
    const weight = this.folding.weight?.(book.state) ?? 1;
    this.books.set(book.subject, { book, weight });
    this.total += weight;
    for (const [subject, oldest] of this.books) {
      if (this.total <= this.limit || oldest.book === book) break;
      this.books.delete(subject);
      this.total -= oldest.weight;
    }
  }

  private async opened(subject: string): Promise<Book<State>> {
    const book = (await this.restored(subject)) ?? this.blank(subject);
    await this.catchUp(book);
    return book;
  }

  private blank(subject: string): Book<State> {
    const state = this.folding.empty();
    return { subject, state, version: 0, lastId: '', sinceSnapshot: 0, chunksWritten: 0 };
  }

  /** The book as its snapshot has it; undefined when there is none that the log vouches for. */
  private async restored(subject: string): Promise<Book<State> | undefined> {
    const format = this.folding.snapshots;
    const text = format && (await this.log.snapshots.get(this.key(subject, 'head')));
    if (!text) return undefined;
    const snapshot = Snapshot.safeParse(parsed(text));
    if (!snapshot.success) return undefined;
    const { version, lastId, head } = snapshot.data;
    // A log restored from a backup may be older than the snapshot, or hold something else there.
    const last = await this.log.get(streamOf(subject), version);
    if (last?.meta.id !== lastId || last.meta.subject !== subject) return undefined;
    const numbers = Array.from({ length: head.chunks }, (_, n) => n);
    const chunks = await Promise.all(numbers.map((n) => this.log.snapshots.get(this.key(subject, n))));
    try {
      const state = format.read(
        head,
        chunks.filter((chunk) => chunk !== undefined),
      );
      return { subject, state, version, lastId, sinceSnapshot: 0, chunksWritten: head.chunks };
    } catch {
      return undefined; // written by something else, or a chunk is gone: the log has it all
    }
  }

  private key(subject: string, part: string | number): string {
    const [, ...rest] = subject.split('.');
    return `${this.folding.snapshots?.name}.${rest.join('.')}.${part}`;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
