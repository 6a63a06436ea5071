import { Controller } from '@nestjs/common';
import { GenerationFailed } from '@zoetrope/contracts/facts/generation';
import { GeneratorDue } from '@zoetrope/contracts/messages';
import { STAGE_ALARMS } from '@zoetrope/contracts/subjects';
import { givenUp } from '@zoetrope/domain/generation-decisions';
import { type Lane, OnDue, OnParked, type Parked, type ReceivedAlarm } from '@zoetrope/eventlog/on-fact';
import { done, park, type Verdict } from '@zoetrope/eventlog/verdict';
import { Advance } from '../advance.js';
import { Generations } from '../generations.js';

/** Work on one generation stays in order; a newer one of the same asset does not wait for an older one's merge. */
const byGeneration: Lane = ({ subject }) => subject.split('.').slice(0, 4).join('.');

/** A callback, a poll, a retry or a stall clock rang: goes on with the generation it is about. */
@Controller()
export class AdvanceWhenDue {
  constructor(
    private readonly advance: Advance,
    private readonly generations: Generations,
  ) {}

  @OnDue({ service: 'generator', durable: 'generator-due', names: STAGE_ALARMS, lane: byGeneration })
  async run({ alarm, signal }: ReceivedAlarm): Promise<Verdict> {
    const due = GeneratorDue.safeParse(alarm.data);
    if (!due.success) return park('not a GeneratorDue');
    await this.advance.run(due.data, signal);
    return done; // every step it took is in the log, and what it waits for has an alarm
  }

  @OnParked({ durable: 'generator-due', stream: 'TIMERS' })
  async parked({ alarm, why }: Parked): Promise<void> {
    const due = GeneratorDue.safeParse(alarm?.data);
    if (!due.success) return;
    const { assetId, generation, requestSeq } = due.data;
    for (;;) {
      const state = await this.generations.load(assetId, generation, requestSeq);
      if (!state.queued || state.ended) return;
      const failed = await this.generations.record(state, (base) =>
        GenerationFailed({ ...base, ...givenUp(why) }),
      );
      if (failed) return;
    }
  }
}
