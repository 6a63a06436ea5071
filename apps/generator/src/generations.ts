import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import type { GenerationFact } from '@zoetrope/contracts/facts/generation';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { foldGeneration, type Generation, unheardOf } from '@zoetrope/domain/generation';
import { runningBase } from '@zoetrope/domain/generation-decisions';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

export type RunningBase = ReturnType<typeof runningBase>;
/** A fact that waits for its place: called again with a fresh base after a conflict. */
export type MakeFact = (base: RunningBase) => GenerationFact;

export interface RecordOptions {
  /** Tells facts of one type apart: stage and attempt. */
  readonly key?: string;
  /** Only this very call may win: a copy that appends the same at the same time gets a conflict. */
  readonly exclusive?: boolean;
}

/** Reads and appends facts of single generations. */
@Injectable()
export class Generations {
  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /**
   * The generation as it is now. `requestSeq` says where its facts begin; without it only the newest queued
   * generation, or the one of the subject's last fact, can be found.
   */
  async load(assetId: string, number: number, requestSeq?: number): Promise<Generation> {
    const subject = assetSubject(assetId, 'generation');
    const last = requestSeq === undefined ? await this.last(subject) : undefined;
    const from = requestSeq ?? beginningOf(number, last);
    const facts = from === undefined ? [] : await this.log.readCurrent(subject, { from });
    if (facts.length > 0) return foldGeneration(number, facts as Recorded<GenerationFact>[]);
    const before = last ?? (await this.last(subject));
    // It came between the two reads. An append that expects it must not be decided without it.
    if (from !== undefined && before && before.meta.seq >= from)
      return this.load(assetId, number, requestSeq);
    return { ...unheardOf(number), seq: before?.meta.seq ?? 0, latest: before?.data.latest ?? null };
  }

  /** Appends after what `state` was folded from; false when somebody else was faster. */
  async record(state: Generation, make: MakeFact, options: RecordOptions = {}): Promise<boolean> {
    const base = runningBase(state);
    const { key = '', exclusive = false } = options;
    const outcome = await this.log.append(assetSubject(base.assetId, 'generation'), make(base), {
      expect: state.seq,
      cause: { id: base.commandId, requestId: state.requestId, traceparent: state.traceparent },
      // Ids derive from cause and key, so two copies would both be told that the fact is theirs.
      key: exclusive ? `${key}.${randomUUID()}` : key,
    });
    return outcome.kind === 'appended';
  }

  private async last(subject: string): Promise<Recorded<GenerationFact> | undefined> {
    return (await this.log.last(subject)) as Recorded<GenerationFact> | undefined;
  }
}

const beginningOf = (number: number, last: Recorded<GenerationFact> | undefined): number | undefined => {
  if (last?.data.latest?.generation === number) return last.data.latest.requestSeq;
  return last?.data.generation === number ? last.data.requestSeq : undefined;
};
