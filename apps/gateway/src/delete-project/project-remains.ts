import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import { type ProjectDeleted, ProjectPurged } from '@zoetrope/contracts/facts/tenant';
import { endpointSubject, projectSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { DataSource } from 'typeorm';
import { DeleteAsset } from '../delete-asset/delete-asset.js';
import { Positions } from '../projections/positions.js';

export type DeletedProject = Recorded<FactOf<typeof ProjectDeleted>>;

/** Assets read and deleted at a time. */
const PAGE = 200;
const AT_ONCE = 16;
/** For the views to have come as far as the log, ms; the message comes again when they have not. */
const CATCH_UP_MS = 30_000;

/** What is left of a deleted project. Everything here may run twice. */
@Injectable()
export class ProjectRemains {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly database: DataSource,
    private readonly positions: Positions,
    private readonly assets: DeleteAsset,
  ) {}

  /** Secrets are in no log, and nobody can be shown them again. */
  async forgetSecrets(projectId: string): Promise<void> {
    for (const table of ['webhook_secret', 'replaced_webhook_secret', 'signing_secret'])
      await this.database.query(`DELETE FROM secrets.${table} WHERE project_id = $1`, [projectId]);
  }

  /**
   * Deletes every asset that the views know of the project, once they know all that the log does.
   * @returns how many there were
   */
  async deleteAssets({ data }: DeletedProject, signal: AbortSignal): Promise<number> {
    const seq = await this.log.lastStreamSeq('ASSETS');
    if (!(await this.positions.waitForPosition('ASSETS', seq, CATCH_UP_MS)))
      throw new Error('the views are behind the log');
    let deleted = 0;
    for (let after = ''; ; ) {
      const page = await this.page(data.projectId, after);
      for (let at = 0; at < page.length; at += AT_ONCE) {
        signal.throwIfAborted();
        await Promise.all(page.slice(at, at + AT_ONCE).map((id) => this.assets.delete(id, data.ownerId)));
      }
      deleted += page.length;
      const last = page.at(-1);
      if (last === undefined) return deleted;
      after = last;
      await delay(0); // others are served in between
    }
  }

  /** Leaves only that it was deleted. */
  async purge({ data, meta }: DeletedProject): Promise<void> {
    const { projectId, ownerId } = data;
    const subject = projectSubject(projectId);
    await this.log.purge(endpointSubject(projectId));
    await this.log.purge(subject, { keep: 1 });
    const fact = ProjectPurged({ projectId, ownerId });
    await this.log.append(subject, fact, { expect: meta.seq, cause: { id: meta.id } });
  }

  private async page(projectId: string, after: string): Promise<string[]> {
    const rows: { id: string }[] = await this.database.query(
      'SELECT id FROM views.asset WHERE project_id = $1 AND NOT deleted AND id > $2 ORDER BY id LIMIT $3',
      [projectId, after, PAGE],
    );
    return rows.map(({ id }) => id);
  }
}
