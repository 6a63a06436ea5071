import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { KeyAnswered, KeyClaimed } from '@zoetrope/contracts/facts/key';
import type { CommandId } from '@zoetrope/contracts/ids';
import { keySubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { ApiError } from '../http/api-error.js';
import type { KeyedCall } from './outcome.js';

/** `version`: the claim's sequence. `after`: what the command appends, whoever runs it, stands after this one. */
export interface Claim {
  readonly commandId: CommandId;
  readonly version: number;
  readonly after: number;
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

  subjectOf({ callerId, key }: KeyedCall): string {
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
    const found = outcome.kind === 'appended' ? undefined : await this.log.last(subject);
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
    const outcome = await this.log.append(subject, fact, { expect, cause: { id: commandId } });
    return outcome.kind === 'appended' ? { commandId, version: outcome.seq, after } : undefined;
  }

  private judge(fact: Recorded, call: KeyedCall): Claim | Answered {
    if (!KeyAnswered.is(fact) && !KeyClaimed.is(fact))
      throw new Error(`${fact.type} on ${fact.meta.subject}`);
    if (fact.data.fingerprint !== call.fingerprint) throw new ApiError('idempotency_mismatch');
    if (KeyAnswered.is(fact)) return { status: fact.data.status, body: fact.data.body };
    const { commandId, after = 0 } = fact.data;
    return { commandId, version: fact.meta.seq, after };
  }
}
