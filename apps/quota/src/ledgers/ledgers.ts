import { Inject, Injectable } from '@nestjs/common';
import { type LedgerFact, QuotaThresholdReached } from '@zoetrope/contracts/facts/ledger';
import type { OwnerId, Period } from '@zoetrope/contracts/ids';
import { ledgerSubject } from '@zoetrope/contracts/subjects';
import type { Decision } from '@zoetrope/domain/decision';
import { type Ledger, tryOut } from '@zoetrope/domain/ledger';
import { ledgerFolding } from '@zoetrope/domain/ledger-folding';
import { type Book, Books } from '@zoetrope/eventlog/books';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { BatchEntry, Cause, EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { LOGGER, type Logger } from '@zoetrope/platform/logging';
import { sabotaged } from '@zoetrope/platform/sabotage';

type Decide = (ledger: Ledger) => Decision<LedgerFact>;

export interface Month {
  readonly ownerId: OwnerId;
  readonly period: Period;
}

/** What one message asks of a ledger: one decision after the other, each until it has no more to say. */
interface Work {
  readonly decisions: readonly Decide[];
  readonly cause: Cause;
  /** Told with the ledger as the log has it, before anybody tries out the next decision on it. */
  readonly done: (ledger: Ledger) => void;
  readonly failed: (error: unknown) => void;
}

/** Lost rounds against other copies before the message is left to a redelivery. */
const MAX_ROUNDS = 50;
/** Facts after which a ledger's snapshot is written again; reading them takes about 10 ms. */
const SNAPSHOT_EVERY = 500;
/** Decided in one append: the broker takes 1,000 messages in a batch, and the last of them waits for all. */
const MAX_TOGETHER = 100;
/** A batch costs the broker as much as about so many single appends (measured: 23 ms and 1.3 ms on a busy machine). */
const BATCH_FROM = 16;

/** The ledgers this copy has folded. A stale one is harmless: the append's expectation finds it out. */
@Injectable()
export class Ledgers {
  private readonly books: Books<Ledger>;
  private readonly waiting = new Map<string, Work[]>();

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.books = new Books(log, ledgerFolding);
  }

  /**
   * Decides on the ledger, one decision after the other, until what was decided is in the log and none has more to say.
   * What waits for the same ledger meanwhile is decided together, in the order it came.
   *
   * @param read what the caller wants to know of the ledger as the log has it afterwards
   * @throws LogUnavailable when the log cannot be reached, or other copies won every round
   */
  change<T>(of: Month, cause: Cause, decisions: readonly Decide[], read: (ledger: Ledger) => T): Promise<T> {
    const subject = ledgerSubject(of.ownerId, of.period);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiting = this.waiting.get(subject) ?? [];
    waiting.push({ decisions, cause, done: (ledger) => resolve(read(ledger)), failed: reject });
    this.waiting.set(subject, waiting);
    // Everybody takes a turn; the first one that comes on takes all who wait, and the others find nothing left.
    this.books.with(subject, (book) => this.turn(book)).catch(reject);
    return promise;
  }

  /** What the ledger up to its last fact, as the stream leader knows it, tells. */
  look<T>(of: Month, read: (ledger: Ledger) => T): Promise<T> {
    return this.books.with(ledgerSubject(of.ownerId, of.period), async (book) => {
      await this.books.catchUp(book);
      return read(book.state);
    });
  }

  private async turn(book: Book<Ledger>): Promise<void> {
    const waiting = this.waiting.get(book.subject) ?? [];
    const works = waiting.splice(0, MAX_TOGETHER);
    if (waiting.length === 0) this.waiting.delete(book.subject);
    if (works.length === 0) return;
    try {
      await this.carryOut(book, works);
      for (const { done } of works) done(book.state);
      this.keepSnapshot(book);
    } catch (error) {
      for (const { failed } of works) failed(error);
      throw error; // the book is forgotten: what it holds may not be what the log holds
    }
  }

  /** Nothing to say may only be said of the whole ledger as it was at an instant of this call: hence `known`. */
  private async carryOut(book: Book<Ledger>, works: readonly Work[]): Promise<void> {
    for (let round = 0, known = false; round < MAX_ROUNDS; known = true) {
      const { entries, undo } = decideAll(book.state, works);
      if (entries.length === 0 && known) return;
      if (entries.length > 0 && (await this.append(book, entries, undo))) continue;
      await this.books.catchUp(book);
      round += 1;
    }
    throw new LogUnavailable(`${book.subject}: lost ${MAX_ROUNDS} rounds against other copies`);
  }

  /** True when the book holds what was appended; else it is as it was, and somebody has been before us. */
  private async append(book: Book<Ledger>, entries: readonly Entry[], undo: Undo): Promise<boolean> {
    const many = entries.length >= BATCH_FROM && !sabotaged('no-expectation');
    const [first] = entries;
    if (!first) return true;
    const { fact, cause, key } = first;
    const expect = sabotaged('no-expectation') ? undefined : book.version;
    const outcome = many
      ? await this.log.appendAll(book.subject, entries, book.version)
      : await this.log.append(book.subject, fact, { expect, cause, key });
    undo();
    if (outcome.kind !== 'appended' || outcome.already) return false;
    for (const entry of many ? entries : [first]) this.books.fold(book, entry.fact, outcome);
    return true;
  }

  /** On nobody's time: a snapshot that fails is written after the next change. */
  private keepSnapshot(book: Book<Ledger>): void {
    if (book.sinceSnapshot < SNAPSHOT_EVERY) return;
    this.books.save(book).catch((error: unknown) => {
      this.logger.warn({ err: error, subject: book.subject }, 'a snapshot could not be written');
    });
  }
}

type Undo = () => void;
interface Entry extends BatchEntry {
  readonly fact: LedgerFact;
}

/** What all of them have to say, each decided on what those before it said; `undo` gives the ledger back as it was. */
function decideAll(ledger: Ledger, works: readonly Work[]): { entries: Entry[]; undo: Undo } {
  const entries: Entry[] = [];
  const undone: Undo[] = [];
  for (const { decisions, cause } of works) {
    for (const decide of decisions) {
      for (let decision = decide(ledger); decision.kind === 'record'; decision = decide(ledger)) {
        for (const fact of decision.facts) {
          undone.unshift(tryOut(ledger, fact));
          entries.push({ fact, cause, key: keyOf(fact) });
        }
      }
    }
  }
  const undo = () => {
    for (const back of undone.splice(0)) back();
  };
  return { entries, undo };
}

/** Two thresholds may be passed by one charge. */
const keyOf = (fact: LedgerFact): string | undefined =>
  QuotaThresholdReached.is(fact) ? `${fact.data.limit}:${fact.data.percent}` : undefined;
