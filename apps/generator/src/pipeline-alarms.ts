import { Inject, Injectable } from '@nestjs/common';
import type { Stage } from '@zoetrope/contracts/facts/generation';
import type { GeneratorDue } from '@zoetrope/contracts/messages';
import { stageAlarm } from '@zoetrope/contracts/subjects';
import { nextPollAt } from '@zoetrope/domain/generation-steps';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { sabotaged } from '@zoetrope/platform/sabotage';
import type { GeneratorConfig } from './config.js';

/** The generation an alarm is about. */
export type Whose = Pick<GeneratorDue, 'assetId' | 'generation' | 'requestSeq'>;

/** From when until when a prediction may run, Unix ms. */
export interface Span {
  readonly since: number;
  readonly until: number;
}

/** What wakes a generation up again. An alarm's name is what it is about, so setting it again replaces it. */
@Injectable()
export class PipelineAlarms {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: GeneratorConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Ends the generation if nothing more is told of it for so long (10 min) after `lastTs` (Unix ms). */
  stall(whose: Whose, lastTs: number): Promise<void> {
    return this.set(
      { ...whose, stage: 'stall', attempt: 1, kind: 'stall' },
      lastTs + this.config.GENERATOR_STALL_MS - this.clock.now(),
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

  /**
   * Asks the provider 30 s after the prediction began, and twice as late each further time, but not before the
   * provider wants to be asked (`notBeforeMs` from now), and when its time is over in any case.
   */
  poll(whose: Whose, stage: Stage, attempt: number, span: Span, notBeforeMs = 0): Promise<void> {
    const now = this.clock.now();
    const at = nextPollAt({ ...span, now, firstMs: this.config.GENERATOR_FIRST_POLL_MS });
    const wait = Math.min(Math.max(at - now, notBeforeMs), span.until - now);
    return this.set({ ...whose, stage, attempt, kind: 'poll' }, wait);
  }

  /** Asks the provider now. */
  async look(whose: Whose, stage: Stage, attempt: number): Promise<void> {
    const due: GeneratorDue = { ...whose, stage, attempt, kind: 'poll' };
    await this.log.alarms.ring('generator', nameOf(due), due);
  }

  /** `at`: Unix ms. */
  retry(whose: Whose, stage: Stage, attempt: number, at: number): Promise<void> {
    return this.set({ ...whose, stage, attempt, kind: 'retry' }, at - this.clock.now());
  }

  private async set(due: GeneratorDue, inMs: number): Promise<void> {
    if (sabotaged('forget-alarm')) return;
    await this.log.alarms.set('generator', nameOf(due), Math.max(0, inMs), due);
  }
}

const nameOf = ({ assetId, generation, stage, attempt }: GeneratorDue) =>
  stageAlarm(assetId, generation, stage, attempt);
