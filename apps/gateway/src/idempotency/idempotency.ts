import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { IDEMPOTENCY_WAIT_MS } from '@zoetrope/contracts/api/common';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { ApiError } from '../http/api-error.js';
import { type Answered, type Claim, Claims } from './claims.js';
import type { Command, KeyedAnswer, KeyedCall, Outcome } from './outcome.js';
import { within } from './within.js';

type Done =
  | (Outcome & { readonly kind: 'answer'; readonly replayed: boolean })
  | Exclude<Outcome, { kind: 'answer' }>;

/** `recorded`: nothing of it is left to do. */
interface Carried {
  readonly done: Done;
  readonly recorded: Promise<unknown>;
}

interface Running {
  readonly fingerprint: string;
  readonly done: Promise<Done>;
}

/** Milliseconds after which a call without a decision, or a copy of a running one, may be repeated. */
const RETRY_MS = 1_000;

/** Between two looks at a key that another process works under, milliseconds. */
const LOOK_AGAIN_MS = 50;

const over = (done: Done): Carried => ({ done, recorded: Promise.resolve() });

/**
 * Runs commands at most once by their Idempotency-Key. A claim without an answer is a command that died, was refused,
 * or runs elsewhere: the repeat carries it out under the same command id, and the log makes one effect of both.
 */
@Injectable()
export class Idempotency implements OnApplicationShutdown {
  private readonly logger = new Logger(Idempotency.name);
  private readonly running = new Map<string, Running>();
  private readonly unrecorded = new Set<Promise<unknown>>();

  constructor(
    private readonly claims: Claims,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.unrecorded);
  }

  /** @throws ApiError 422 key of another request, 409 its copy still runs, 503 undecided, or the command's refusal */
  async run(call: KeyedCall, command: Command): Promise<KeyedAnswer> {
    const subject = this.claims.subjectOf(call);
    const running = this.running.get(subject);
    if (!running) return this.settle(await this.start(subject, call, command).done);
    if (running.fingerprint !== call.fingerprint) throw new ApiError('idempotency_mismatch');
    return this.share(subject, call, command);
  }

  /**
   * The answer of an earlier call or of a copy that runs, here or elsewhere, for a caller who may not start anything.
   *
   * @param mayCome whether a copy that has not claimed the key yet is on its way here
   * @returns undefined when there is none
   * @throws ApiError 422 key of another request, 409 its copy still runs
   */
  async replay(call: KeyedCall, mayCome: () => boolean): Promise<KeyedAnswer | undefined> {
    const subject = this.claims.subjectOf(call);
    const deadline = this.clock.now() + IDEMPOTENCY_WAIT_MS;
    while (this.clock.now() < deadline) {
      const running = this.running.get(subject);
      if (running && running.fingerprint !== call.fingerprint) throw new ApiError('idempotency_mismatch');
      const done = running && (await within(running.done, deadline - this.clock.now()));
      if (done && done.kind !== 'answer') return undefined;
      if (done) return { ...done, replayed: true };
      const found = await this.claims.look(call);
      if (found && !('commandId' in found)) return { ...found, replayed: true };
      if (!found && !mayCome()) return undefined;
      await delay(LOOK_AGAIN_MS);
    }
    throw new ApiError('idempotency_in_progress', { retryAfterMs: RETRY_MS });
  }

  /** A copy of a running call waits for its answer; where that one gave up, a copy goes on with the time left. */
  private async share(subject: string, call: KeyedCall, command: Command): Promise<KeyedAnswer> {
    const deadline = this.clock.now() + IDEMPOTENCY_WAIT_MS;
    for (;;) {
      const leftMs = deadline - this.clock.now();
      const running = this.running.get(subject) ?? this.start(subject, call, command);
      const done = leftMs > 0 ? await within(running.done, leftMs) : undefined;
      if (!done) throw new ApiError('idempotency_in_progress', { retryAfterMs: RETRY_MS });
      if (done.kind !== 'undecided') return { ...this.settle(done), replayed: true };
    }
  }

  /** A copy finds it here until its answer stands in the log. */
  private start(subject: string, call: KeyedCall, command: Command): Running {
    const carried = this.carryOut(call, command);
    const over = carried
      .then(({ recorded }) => recorded)
      .catch(() => undefined) // whoever awaits `done` hears of it; a copy may have left already
      .finally(() => {
        this.running.delete(subject);
        this.unrecorded.delete(over);
      });
    this.unrecorded.add(over);
    const done = carried.then((carriedOut) => carriedOut.done);
    done.catch(() => undefined);
    const running = { fingerprint: call.fingerprint, done };
    this.running.set(subject, running);
    return running;
  }

  private async carryOut(call: KeyedCall, command: Command): Promise<Carried> {
    const claim = await this.claims.claim(call);
    if (!('commandId' in claim)) return over({ kind: 'answer', ...claim, replayed: true });
    const { outcome, carried } = await this.attempt(call, claim, command);
    if (outcome.kind !== 'refused' || !outcome.before) return carried();
    // Refusals are not kept: the month may be another one, or the plan.
    const renewed = await this.claims.renew(call, claim);
    if (!renewed) return this.carryOut(call, command);
    return (await this.attempt(call, renewed, command)).carried();
  }

  private async attempt(call: KeyedCall, claim: Claim, command: Command) {
    let held = claim;
    const once = async <T>(choose: () => Promise<T>): Promise<T> => {
      held = await this.claims.plan(call, held, choose);
      return held.plan as T;
    };
    const outcome = await command(claim.commandId, claim.after, once);
    const carried = async () =>
      outcome.kind === 'answer' ? this.answered(call, held, outcome) : over(outcome);
    return { outcome, carried };
  }

  /** An answer that the log gives again anyway goes out while it is being recorded. */
  private async answered(
    call: KeyedCall,
    claim: Claim,
    { status, body, derived, repeated = false }: Extract<Outcome, { kind: 'answer' }>,
  ): Promise<Carried> {
    const recorded = this.record(call, claim, { status, body });
    if (!derived) return over(await recorded);
    return { done: { kind: 'answer', status, body, replayed: repeated }, recorded };
  }

  private async record(call: KeyedCall, claim: Claim, answer: Answered): Promise<Done> {
    try {
      return { kind: 'answer', ...(await this.claims.answer(call, claim, answer)) };
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      // The effect is in the log: the caller hears of it now, and a repeat finds it by the command's id.
      this.logger.warn(`an answer was not recorded: ${error.message}`);
      return { kind: 'answer', status: answer.status, body: answer.body, replayed: false };
    }
  }

  private settle(done: Done): KeyedAnswer {
    if (done.kind === 'answer') return done;
    if (done.kind === 'refused') throw done.error;
    throw new ApiError('unavailable', { retryAfterMs: RETRY_MS });
  }
}
