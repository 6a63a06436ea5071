import { Inject, Injectable } from '@nestjs/common';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { type Prepared, SecretsPool } from '../database/secrets-pool.js';
import { DeleteProject } from '../delete-project/delete-project.js';
import { Directory } from '../directory/directory.js';

/** Sessions, sign-ins and API tokens go with their user (ON DELETE CASCADE). */
const FORGET: Prepared = { name: 'user-forget', text: 'DELETE FROM "user" WHERE id = $1' };

/**
 * Deletes an account: its projects in the log, then whatever names the person. What is left are ids, plans and amounts
 * (`account.<id>`, ledgers), as ARCHITECTURE "Deletion" has it. Whoever dies half way leaves a user who can ask again.
 */
@Injectable()
export class DeleteAccount {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly directory: Directory,
    private readonly projects: DeleteProject,
    private readonly database: SecretsPool,
  ) {}

  async delete(ownerId: string): Promise<void> {
    await this.deleteProjects(ownerId);
    await this.database.rows(FORGET, [ownerId]);
    // One that a call of theirs made in between; from here on nobody can.
    await this.deleteProjects(ownerId);
  }

  /** Every project that the log holds of the owner by now, whichever copy it was made at. */
  private async deleteProjects(ownerId: string): Promise<void> {
    await this.directory.waitFor(await this.log.lastStreamSeq('TENANTS'));
    for (const { id } of this.directory.projectsOf(ownerId)) await this.projects.delete(id, ownerId);
  }
}
