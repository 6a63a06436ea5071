import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { ProjectCreated, ProjectDeleted, ProjectPurged } from '@zoetrope/contracts/facts/tenant';
import { ProjectId } from '@zoetrope/contracts/ids';
import { projectSubject } from '@zoetrope/contracts/subjects';
import { decideAndAppend } from '@zoetrope/eventlog/append-loop';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Directory } from '../directory/directory.js';
import { ApiError } from '../http/api-error.js';

interface Ends {
  readonly ownerId: string | undefined;
  readonly isDeleted: boolean;
}

/** Takes projects away from their users, in the log; their assets follow by `DeleteAssetsWhenProjectDeleted`. */
@Injectable()
export class DeleteProject {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(IDS) private readonly ids: Ids,
    private readonly directory: Directory,
  ) {}

  /** Deletes a project, or finds it deleted. @throws ApiError 404, the same for none and for somebody else's */
  async delete(id: string, ownerId: string): Promise<void> {
    const projectId = ProjectId.safeParse(id);
    if (!projectId.success) throw new ApiError('not_found');
    const subject = projectSubject(projectId.data);
    const outcome = await decideAndAppend<Ends>({
      log: this.log,
      subject,
      load: async () => {
        const [first, last] = await Promise.all([this.log.first(subject), this.log.last(subject)]);
        return { state: endsOf(first, last), version: last?.meta.seq ?? 0 };
      },
      decide: (ends) => {
        if (ends.ownerId !== ownerId) throw new ApiError('not_found');
        return ends.isDeleted
          ? undefined
          : ProjectDeleted({ projectId: projectId.data, ownerId: ends.ownerId });
      },
      cause: { id: this.ids.commandId() },
    });
    if (outcome.kind === 'appended') await this.directory.waitFor(outcome.seq);
  }
}

/** Of a purged project the deletion is the first fact. */
const endsOf = (first: Recorded | undefined, last: Recorded | undefined): Ends => ({
  ownerId: first && (ProjectCreated.is(first) || ProjectDeleted.is(first)) ? first.data.ownerId : undefined,
  isDeleted: last !== undefined && (ProjectDeleted.is(last) || ProjectPurged.is(last)),
});
