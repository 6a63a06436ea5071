import { Controller } from '@nestjs/common';
import {
  ProjectDeleted,
  ProxyConfigChanged,
  ProxyKeyRotated,
  SigningSecretRotated,
} from '@zoetrope/contracts/facts/tenant';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { CacheAlarms } from './cache-alarms.js';
import { ProjectPurge } from './project-purge.js';

type KeyFact =
  | typeof ProjectDeleted
  | typeof ProxyKeyRotated
  | typeof SigningSecretRotated
  | typeof ProxyConfigChanged;

/** Caches hold answers that nobody would get any more: under a key that was replaced or deleted, or unsigned. */
@Controller()
export class PurgeProjectWhenKeysChanged {
  constructor(
    private readonly projects: ProjectPurge,
    private readonly alarms: CacheAlarms,
  ) {}

  @OnFact([ProjectDeleted, ProxyKeyRotated, SigningSecretRotated, ProxyConfigChanged], {
    stream: 'TENANTS',
    filter: FILTERS.projects,
    durable: 'notifier-purge-projects',
  })
  async purge({ fact }: Received<KeyFact>): Promise<Verdict> {
    const { projectId } = fact.data;
    if (ProxyConfigChanged.is(fact) && fact.data.signingEnabled === undefined) return done; // No key in it.
    const until = 'overlapUntil' in fact.data ? fact.data.overlapUntil : null;
    if (until !== null) await this.alarms.purgeProjectAt(projectId, fact.meta.seq, until);
    await this.projects.run(projectId, fact.meta.seq);
    return done; // What did not confirm has its alarm, and so has the end of the overlap.
  }
}
