import { Inject, Injectable } from '@nestjs/common';
import type { Fact } from '@zoetrope/contracts/fact';
import { ProjectCreated } from '@zoetrope/contracts/facts/tenant';
import { OwnerId } from '@zoetrope/contracts/ids';
import { projectSubject } from '@zoetrope/contracts/subjects';
import type { Project } from '@zoetrope/domain/project';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Directory } from '../directory/directory.js';

/** Writers of one project are people; ten lost rounds in a row mean that something is broken. */
const MAX_ROUNDS = 10;

/** Writes facts of projects, each seen by the next read on this gateway. */
@Injectable()
export class Projects {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(IDS) private readonly ids: Ids,
    private readonly directory: Directory,
  ) {}

  async create(ownerId: string, name: string): Promise<Project> {
    const projectId = this.ids.projectId();
    const owner = OwnerId.parse(ownerId);
    const fact = ProjectCreated({ projectId, ownerId: owner, name, proxyKey: this.ids.proxyKey() });
    await this.append(fact, projectId, 0);
    return this.directory.ownProject(projectId, ownerId);
  }

  /**
   * Appends what `decide` makes of the project as it is. Undefined: nothing to change.
   * @throws ApiError 404 when it is not the caller's
   */
  async change(
    id: string,
    ownerId: string,
    decide: (project: Project) => Fact | undefined,
  ): Promise<Project> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const project = this.directory.ownProject(id, ownerId);
      const fact = decide(project);
      if (!fact || (await this.append(fact, id, project.version)))
        return this.directory.ownProject(id, ownerId);
    }
    throw new LogUnavailable(`project ${id}: lost ${MAX_ROUNDS} rounds against other writers`);
  }

  /** False when somebody else wrote first; in both cases the directory has caught up. */
  private async append(fact: Fact, id: string, expect: number): Promise<boolean> {
    const subject = projectSubject(id);
    const outcome = await this.log.append(subject, fact, { expect, cause: { id: this.ids.commandId() } });
    const appended = outcome.kind === 'appended';
    await this.directory.waitFor(appended ? outcome.seq : await this.log.lastSeq(subject));
    return appended;
  }
}
