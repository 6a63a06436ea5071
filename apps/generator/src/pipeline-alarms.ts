import { Inject, Injectable } from '@nestjs/common';
import type { Stage } from '@zoetrope/contracts/facts/generation';
import type { GeneratorDue } from '@zoetrope/contracts/messages';
import { stageAlarm } from '@zoetrope/contracts/subjects';
import { STALL_MS } from '@zoetrope/domain/generation-steps';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { GeneratorConfig } from './config.js';

/** The generation an alarm is about. */
export type Whose = Pick<GeneratorDue, 'assetId' | 'generation' | 'requestSeq'>;

/** What wakes a generation up again. An alarm's name is what it is about, so setting it again replaces it. */
@Injectable()
export class PipelineAlarms {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: GeneratorConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Ends the generation if nothing more is told of it for 10 min after `lastTs` (Unix ms). */
  stall(whose: Whose, lastTs: number): Promise<void> {
    return this.set(
      { ...whose, stage: 'stall', attempt: 1, kind: 'stall' },
      lastTs + STALL_MS - this.clock.now(),
    );
  }

  /** Looks at the generation shortly, should this process die before it has ended it. */
  lookSoon(whose: Whose): Promise<void> {
    return this.set({ ...whose, stage: 'stall', attempt: 1, kind: 'stall' }, 2_000);
  }

  /** Starts the pipeline now, in whichever copy is free. */
  async begin(whose: Whose): Promise<void> {
    const due: GeneratorDue = { ...whose, stage: 'begin', attempt: 1, kind: 'begin' };
    await this.log.alarms.ring('generator', nameOf(due), due);
  }

  /** Asks the provider after 30 s, and twice as late each further time, but not after `until` (Unix ms). */
  poll(whose: Whose, stage: Stage, attempt: number, polls: number, until: number): Promise<void> {
    const wait = this.config.GENERATOR_FIRST_POLL_MS * 2 ** polls;
    const left = until - this.clock.now();
    return this.set({ ...whose, stage, attempt, kind: 'poll', polls }, Math.min(wait, left));
  }

  /** Asks the provider now. */
  async look(whose: Whose, stage: Stage, attempt: number): Promise<void> {
    const due: GeneratorDue = { ...whose, stage, attempt, kind: 'poll', polls: 0 };
    await this.log.alarms.ring('generator', nameOf(due), due);
  }

  /** `at`: Unix ms. */
  retry(whose: Whose, stage: Stage, attempt: number, at: number): Promise<void> {
    return this.set({ ...whose, stage, attempt, kind: 'retry' }, at - this.clock.now());
  }

  private set(due: GeneratorDue, inMs: number): Promise<void> {
    return this.log.alarms.set('generator', nameOf(due), Math.max(0, inMs), due);
  }
}

const nameOf = ({ assetId, generation, stage, attempt }: GeneratorDue) =>
  stageAlarm(assetId, generation, stage, attempt);
