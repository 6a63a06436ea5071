import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { AccountOpened, PlanChanged } from '@zoetrope/contracts/facts/tenant';
import type { PlanName } from '@zoetrope/contracts/plans';
import { evolveProject, type Project, stillValid } from '@zoetrope/domain/project';
import type { EventLog, Follow } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { ApiError } from '../http/api-error.js';

/** Milliseconds a write waits until this gateway has seen it. */
const OWN_WRITE_MS = 2_000;

/** Accounts and projects of the whole installation in memory, followed from the log's first fact. */
@Injectable()
export class Directory implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Directory.name);
  private readonly projects = new Map<string, Project>();
  private readonly keys = new Map<string, string>();
  private readonly owned = new Map<string, string[]>();
  private readonly plans = new Map<string, PlanName>();
  private follow?: Follow;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Resolves when everything so far is known; until then the gateway does not listen. */
  async onApplicationBootstrap(): Promise<void> {
    this.follow = await this.log.follow(
      'TENANTS',
      {
        subjects: ['account.>', 'project.>', 'endpoint.>'],
        from: 'start',
        onUndecodable: (error, seq) => this.logger.error(`TENANTS ${seq}: ${error.message}`),
      },
      (fact) => this.apply(fact),
    );
    await this.follow.caughtUp;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.follow?.stop();
  }

  /** A project that was not deleted. */
  project(id: string): Project | undefined {
    const project = this.projects.get(id);
    return project?.deleted ? undefined : project;
  }

  /** The project whose key this is, or was until so lately that it still works. */
  projectByKey(proxyKey: string): Project | undefined {
    const project = this.project(this.keys.get(proxyKey) ?? '');
    if (project === undefined || project.proxyKey === proxyKey) return project;
    const older: readonly string[] = stillValid(project.previousKeys, this.clock.now());
    return older.includes(proxyKey) ? project : undefined;
  }

  /** An owner's projects, newest first. */
  projectsOf(ownerId: string): Project[] {
    const ids = this.owned.get(ownerId) ?? [];
    return ids.flatMap((id) => this.project(id) ?? []).reverse();
  }

  /** @throws ApiError 404, the same for a project that does not exist and for somebody else's */
  ownProject(id: string, ownerId: string): Project {
    const project = this.project(id);
    if (project?.ownerId !== ownerId) throw new ApiError('not_found');
    return project;
  }

  /** Undefined while no account was opened for the owner. */
  planOf(ownerId: string): PlanName | undefined {
    return this.plans.get(ownerId);
  }

  /** Waits until the fact at this sequence of TENANTS is known here, so that the next read shows it. */
  async waitFor(seq: number): Promise<void> {
    const seen = await this.follow?.waitFor(seq, OWN_WRITE_MS);
    if (!seen) throw new ApiError('unavailable', { retryAfterMs: 1_000 });
  }

  private apply(fact: Recorded): void {
    if (AccountOpened.is(fact) || PlanChanged.is(fact)) {
      this.plans.set(fact.data.ownerId, fact.data.plan);
      return;
    }
    const [, id = ''] = fact.meta.subject.split('.');
    const before = this.projects.get(id);
    const project = evolveProject(before, fact);
    if (!project) return;
    this.projects.set(id, project);
    this.keys.set(project.proxyKey, id);
    if (before) return;
    this.owned.set(project.ownerId, [...(this.owned.get(project.ownerId) ?? []), id]);
  }
}
