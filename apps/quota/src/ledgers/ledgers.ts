import { Inject, Injectable } from '@nestjs/common';
import type { OwnerId, Period } from '@zoetrope/contracts/ids';
import { ledgerSubject } from '@zoetrope/contracts/subjects';
import type { Decision } from '@zoetrope/domain/decision';
import type { Ledger } from '@zoetrope/domain/ledger';
import { ledgerFolding } from '@zoetrope/domain/ledger-folding';
import { type Book, Books } from '@zoetrope/eventlog/books';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { Cause, EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { LOGGER, type Logger } from '@zoetrope/platform/logging';
import { sabotaged } from '@zoetrope/platform/sabotage';

type Decide = (ledger: Ledger) => Decision;

/** Lost rounds against other copies before the message is left to a redelivery. */
const MAX_ROUNDS = 50;
/** Facts after which a ledger's snapshot is written again; reading them takes about 10 ms. */
const SNAPSHOT_EVERY = 500;

/** The ledgers this copy has folded. A stale one is harmless: the append's expectation finds it out. */
@Injectable()
export class Ledgers {
  private readonly books: Books<Ledger>;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.books = new Books(log, ledgerFolding);
  }

  /**
   * Decides on the ledger, one decision after the other, until what was decided is in the log and none has more to say.
   *
   * @returns the ledger as the log has it afterwards
   * @throws LogUnavailable when the log cannot be reached, or other copies won every round
   */
  change(owner: OwnerId, period: Period, cause: Cause, ...decisions: Decide[]): Promise<Ledger> {
    return this.books.with(ledgerSubject(owner, period), async (book) => {
      let current = false;
      for (const decide of decisions) current = await this.decided(book, decide, cause, current);
      this.keepSnapshot(book);
      return book.state;
    });
  }

  /** The ledger up to its last fact as the stream leader knows it. */
  current(owner: OwnerId, period: Period): Promise<Ledger> {
    return this.books.current(ledgerSubject(owner, period));
  }

  /**
   * @param current whether the book is known to have been the whole ledger at an instant of this call
   * @returns true: whoever has nothing to say may only say so of the whole ledger
   */
  private async decided(book: Book<Ledger>, decide: Decide, cause: Cause, current: boolean): Promise<true> {
    for (let round = 0, known = current; round < MAX_ROUNDS; round++) {
      const decision = decide(book.state);
      if (decision.kind === 'record') await this.append(book, decision, cause);
      else if (known) return true;
      else await this.books.catchUp(book);
      known = true;
    }
    throw new LogUnavailable(`${book.subject}: lost ${MAX_ROUNDS} rounds against other copies`);
  }

  /** Afterwards the book holds the fact, or whatever stands in its place. */
  private async append(book: Book<Ledger>, decision: Decision & { kind: 'record' }, cause: Cause) {
    const [fact] = decision.facts;
    if (!fact) return;
    const expect = sabotaged('no-expectation') ? undefined : book.version;
    const outcome = await this.log.append(book.subject, fact, { expect, cause, key: keyOf(fact.data) });
    if (outcome.kind === 'appended' && !outcome.already) this.books.fold(book, fact, outcome);
    else await this.books.catchUp(book);
  }

  /** On nobody's time: a snapshot that fails is written after the next change. */
  private keepSnapshot(book: Book<Ledger>): void {
    if (book.sinceSnapshot < SNAPSHOT_EVERY) return;
    this.books.save(book).catch((error: unknown) => {
      this.logger.warn({ err: error, subject: book.subject }, 'a snapshot could not be written');
    });
  }
}

/** Two thresholds may be passed by one charge. */
const keyOf = (data: unknown): string | undefined => {
  const { percent, limit } = data as { percent?: number; limit?: number };
  return percent === undefined ? undefined : `${limit}:${percent}`;
};
