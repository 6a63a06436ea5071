import { Controller } from '@nestjs/common';
import { PurgeDue } from '@zoetrope/contracts/messages';
import { PROJECT_PURGE_ALARMS, PURGE_ALARMS } from '@zoetrope/contracts/subjects';
import { OnDue, type ReceivedAlarm } from '@zoetrope/eventlog/transport';
import { done, park, type Verdict } from '@zoetrope/eventlog/verdict';
import { ProjectPurge } from './project-purge.js';
import { PurgeAgain } from './purge-again.js';

@Controller()
export class PurgeCachesWhenDue {
  constructor(
    private readonly again: PurgeAgain,
    private readonly projects: ProjectPurge,
  ) {}

  @OnDue({ service: 'notifier', names: PURGE_ALARMS, durable: 'notifier-purge-due' })
  async purgeAsset({ alarm }: ReceivedAlarm): Promise<Verdict> {
    const due = PurgeDue.safeParse(alarm.data);
    if (!due.success || due.data.kind === 'project') return park('not about the caches of an asset');
    await this.again.run(due.data);
    return done; // What did not confirm has its next alarm.
  }

  @OnDue({ service: 'notifier', names: PROJECT_PURGE_ALARMS, durable: 'notifier-purge-project-due' })
  async purgeProject({ alarm }: ReceivedAlarm): Promise<Verdict> {
    const due = PurgeDue.safeParse(alarm.data);
    if (!due.success || due.data.kind !== 'project') return park('not about the caches of a project');
    await this.projects.run(due.data.projectId, due.data.seq);
    return done; // As above.
  }
}
