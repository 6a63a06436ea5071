import { Inject, Injectable } from '@nestjs/common';
import type { OwnerId, Period } from '@zoetrope/contracts/ids';
import { ledgerSubject } from '@zoetrope/contracts/subjects';
import type { Decision } from '@zoetrope/domain/decision';
import { emptyLedger, evolve, type Ledger } from '@zoetrope/domain/ledger';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { Cause, EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

interface Book {
  ledger: Ledger;
  /** Last sequence of the subject in `ledger`; 0 for none. */
  version: number;
}

/** Months kept folded in memory; the least recently used one is forgotten and read again when needed. */
const MAX_BOOKS = 10_000;
/** Lost rounds against other copies before the message is left to a redelivery. */
const MAX_ROUNDS = 50;

/** The ledgers this copy has folded. A stale one is harmless: the append's expectation finds it out. */
@Injectable()
export class Ledgers {
  private readonly books = new Map<string, Book>();
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /**
   * Decides on the ledger until what was decided is in the log, or nothing is left to say.
   *
   * @returns the ledger as the log has it afterwards
   * @throws LogUnavailable when the log cannot be reached, or other copies won every round
   */
  change(
    owner: OwnerId,
    period: Period,
    decide: (ledger: Ledger) => Decision,
    cause: Cause,
  ): Promise<Ledger> {
    const subject = ledgerSubject(owner, period);
    return this.oneAtATime(subject, async (book) => {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const decision = decide(book.ledger);
        if (decision.kind === 'record') {
          if (await this.appended(subject, book, decision, cause)) return book.ledger;
        } else if (!(await this.catchUp(subject, book))) {
          return book.ledger;
        }
      }
      throw new LogUnavailable(`${subject}: lost ${MAX_ROUNDS} rounds against other copies`);
    });
  }

  /** The ledger up to its last fact as the stream leader knows it. */
  current(owner: OwnerId, period: Period): Promise<Ledger> {
    const subject = ledgerSubject(owner, period);
    return this.oneAtATime(subject, async (book) => {
      await this.catchUp(subject, book);
      return book.ledger;
    });
  }

  /** True when the fact stands in the log as decided; else the book was brought up to date for another round. */
  private async appended(subject: string, book: Book, decision: Decision & { kind: 'record' }, cause: Cause) {
    const [fact] = decision.facts;
    if (!fact) return true;
    const outcome = await this.log.append(subject, fact, { expect: book.version, cause });
    if (outcome.kind === 'appended' && !outcome.already) {
      evolve(book.ledger, fact);
      book.version = outcome.seq;
      return true;
    }
    await this.catchUp(subject, book);
    return false;
  }

  /** Folds what came after the book's version; false when there was nothing. */
  private async catchUp(subject: string, book: Book): Promise<boolean> {
    const facts = await this.log.readCurrent(subject, { from: book.version + 1 });
    for (const fact of facts) {
      evolve(book.ledger, fact);
      book.version = fact.meta.seq;
    }
    return facts.length > 0;
  }

  private async oneAtATime<T>(subject: string, work: (book: Book) => Promise<T>): Promise<T> {
    const before = this.queues.get(subject) ?? Promise.resolve();
    const turn = before.then(() => this.withBook(subject, work));
    const settled = turn.catch(() => undefined);
    this.queues.set(subject, settled);
    try {
      return await turn;
    } finally {
      if (this.queues.get(subject) === settled) this.queues.delete(subject);
    }
  }

  private async withBook<T>(subject: string, work: (book: Book) => Promise<T>): Promise<T> {
    const book = this.books.get(subject) ?? (await this.opened(subject));
    this.books.delete(subject);
    try {
      const result = await work(book);
      this.books.set(subject, book);
      if (this.books.size > MAX_BOOKS) this.books.delete(this.books.keys().next().value ?? '');
      return result;
    } catch (error) {
      // The book may have stopped half way through a fold: the next user reads it afresh.
      this.books.delete(subject);
      throw error;
    }
  }

  private async opened(subject: string): Promise<Book> {
    const book = { ledger: emptyLedger(), version: 0 };
    await this.catchUp(subject, book);
    return book;
  }
}
