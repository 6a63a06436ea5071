import { Inject, Injectable } from '@nestjs/common';
import { AccountOpened } from '@zoetrope/contracts/facts/tenant';
import { OwnerId, periodEnd, periodOf } from '@zoetrope/contracts/ids';
import { accountSubject, ledgerSubject } from '@zoetrope/contracts/subjects';
import { type Ledger, usage } from '@zoetrope/domain/ledger';
import { ledgerFolding } from '@zoetrope/domain/ledger-folding';
import { Books } from '@zoetrope/eventlog/books';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Directory } from '../directory/directory.js';
import type { User } from './user.js';

/** What the log knows of people: plans and usage. */
@Injectable()
export class Accounts {
  /** Months as far as they were read: the next look at one reads what came since. */
  private readonly ledgers: Books<Ledger>;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: Directory,
  ) {
    this.ledgers = new Books(log, ledgerFolding);
  }

  /**
   * Opens the account of a user who has none: right after sign-up, and again at any later call, since the process
   * may have died between PostgreSQL and the log.
   */
  async ensureOpened(userId: string): Promise<void> {
    if (this.directory.planOf(userId)) return;
    const ownerId = OwnerId.parse(userId);
    const subject = accountSubject(ownerId);
    const opened = AccountOpened({ ownerId, plan: 'free' });
    const outcome = await this.log.append(subject, opened, { expect: 0, cause: { id: `signup:${ownerId}` } });
    const seq = outcome.kind === 'appended' ? outcome.seq : await this.log.lastSeq(subject);
    await this.directory.waitFor(seq);
  }

  /** Plan and usage of the UTC month, as the leader knows the ledger. */
  async describe(user: User) {
    const { plan, generations } = await this.month(user.id);
    const { id, email, name, createdAt: created_at } = user;
    return { id, email, name, plan, generations, created_at };
  }

  /** The running month of an owner, with the ledger that says so. */
  async month(ownerId: string) {
    const plan = this.directory.planOf(ownerId) ?? 'free';
    const period = periodOf(this.clock.now());
    const ledger = await this.ledgers.current(ledgerSubject(ownerId, period));
    return { plan, ledger, generations: { ...usage(ledger, plan), resets_at: periodEnd(period) } };
  }
}
