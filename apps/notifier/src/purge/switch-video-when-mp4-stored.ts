import { Controller } from '@nestjs/common';
import { Mp4Stored } from '@zoetrope/contracts/facts/generation';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { Switchover } from './switchover.js';

@Controller()
export class SwitchVideoWhenMp4Stored {
  constructor(private readonly switchover: Switchover) {}

  @OnFact(Mp4Stored, {
    stream: 'ASSETS',
    filter: FILTERS.generations,
    durable: 'notifier-video',
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, a charged video would never be announced
  })
  async switchVideo({ fact }: Received<typeof Mp4Stored>): Promise<Verdict> {
    await this.switchover.bringUpTo(fact.data.assetId, fact.data.generation);
    return done; // It is announced, or never will be: cancelled, deleted, or overtaken by a newer one.
  }
}
