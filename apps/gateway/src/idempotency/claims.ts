import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { KeyAnswered, KeyClaimed, KeyPlanned } from '@zoetrope/contracts/facts/key';
import type { CommandId } from '@zoetrope/contracts/ids';
import { keySubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { sabotaged } from '@zoetrope/platform/sabotage';
import { ApiError } from '../http/api-error.js';
import type { KeyedCall } from './outcome.js';

/** `version`: the claim's sequence. `after`: what the command appends, whoever runs it, stands after this one. */
export interface Claim {
  readonly commandId: CommandId;
  readonly version: number;
  readonly after: number;
  /** Undefined: nothing was chosen yet. */
  readonly plan?: unknown;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** Idempotency-Keys in the stream REQUESTS: who used one for what, and the first success under it. */
@Injectable()
export class Claims {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  subjectOf({ callerId, key }: Pick<KeyedCall, 'callerId' | 'key'>): string {
    return keySubject(callerId, createHash('sha256').update(key).digest('hex'));
  }

  /**
   * Claims the key, or finds whose it is. The command's id is drawn for the claim: a key used again after its 24
   * hours must not name the old command, which quota has decided for ever.
   * @throws ApiError 422 when the key stands for another request
   */
  async claim(call: KeyedCall): Promise<Claim | Answered> {
    const subject = this.subjectOf(call);
    for (;;) {
      const claim = await this.append(subject, call, 0);
      if (claim) return claim;
      const found = await this.log.last(subject);
      if (found) return this.judge(found, call); // none: it expired between our two looks
    }
  }

  /** Takes the key over for a new command, since the old one was refused. Undefined: somebody else just did. */
  async renew(call: KeyedCall, claim: Claim): Promise<Claim | undefined> {
    return this.append(this.subjectOf(call), call, claim.version);
  }

  /** Records what the command is to do, unless a run of it has: then it gives that. */
  async plan(call: KeyedCall, claim: Claim, choose: () => Promise<unknown>): Promise<Claim> {
    if (claim.plan !== undefined) return claim;
    const { commandId, version, after } = claim;
    const fact = KeyPlanned({ fingerprint: call.fingerprint, commandId, after, plan: await choose() });
    const cause = { id: commandId };
    const outcome = await this.log.append(this.subjectOf(call), fact, { expect: version, cause });
    // Somebody took the key over for a new command: this one has lost it, and its caller may repeat.
    if (outcome.kind === 'conflict') throw new ApiError('unavailable', { retryAfterMs: 1_000 });
    const { plan } = (outcome.fact ?? fact).data as typeof fact.data;
    return { ...claim, version: outcome.seq, plan };
  }

  /** Whether the caller has used the key within its 24 hours. */
  async isUsed(callerId: string, key: string): Promise<boolean> {
    return (await this.log.lastSeq(this.subjectOf({ callerId, key }))) > 0;
  }

  /** What the key stands for so far. @throws ApiError 422 when that is another request */
  async look(call: KeyedCall): Promise<Claim | Answered | undefined> {
    const found = await this.log.last(this.subjectOf(call));
    return found && this.judge(found, call);
  }

  /** Records the first success. A copy in another process may have been faster; then its answer is the one. */
  async answer(
    call: KeyedCall,
    claim: Claim,
    { status, body }: Answered,
  ): Promise<Answered & { replayed: boolean }> {
    const subject = this.subjectOf(call);
    const { commandId, version } = claim;
    const fact = KeyAnswered({ fingerprint: call.fingerprint, commandId, status, body });
    const outcome = await this.log.append(subject, fact, { expect: version, cause: { id: commandId } });
    if (outcome.kind === 'appended' && !outcome.already) return { status, body, replayed: false };
    // Copies in two processes give their answers the same id, so the other one's stands where ours was to go.
    const found = outcome.kind === 'appended' ? outcome.fact : await this.log.last(subject);
    if (!found || !KeyAnswered.is(found)) return { status, body, replayed: false };
    return { status: found.data.status, body: found.data.body, replayed: true };
  }

  private async append(
    subject: string,
    { fingerprint, after }: KeyedCall,
    expect: number,
  ): Promise<Claim | undefined> {
    const commandId = this.ids.commandId();
    const fact = KeyClaimed({ fingerprint, commandId, after });
    const expected = sabotaged('forget-key') ? undefined : expect;
    const outcome = await this.log.append(subject, fact, { expect: expected, cause: { id: commandId } });
    return outcome.kind === 'appended' ? { commandId, version: outcome.seq, after } : undefined;
  }

  private judge(fact: Recorded, call: KeyedCall): Claim | Answered {
    if (!KeyAnswered.is(fact) && !KeyClaimed.is(fact) && !KeyPlanned.is(fact))
      throw new Error(`${fact.type} on ${fact.meta.subject}`);
    if (fact.data.fingerprint !== call.fingerprint) throw new ApiError('idempotency_mismatch');
    if (KeyAnswered.is(fact)) return { status: fact.data.status, body: fact.data.body };
    const { commandId, after = 0 } = fact.data;
    const plan = KeyPlanned.is(fact) ? fact.data.plan : undefined;
    return { commandId, version: fact.meta.seq, after, plan };
  }
}
