import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import type { CollectionDue } from '@zoetrope/contracts/messages';
import { collectionAlarm } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { GeneratorConfig } from '../config.js';

/**
 * How long after a generation's end what it worked with is kept, ms: longer than any copy that has not heard of the
 * end can go on writing for it (a stage in this process takes 2 min at most, a stall is noticed after 10).
 */
export const WORK_GRACE_MS = 15 * 60_000;

type About = Pick<CollectionDue, 'assetId' | 'generation'>;

/** Durable alarms for what nobody will need any more; named for what they are about, so setting one again replaces it. */
@Injectable()
export class CollectionAlarms {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: GeneratorConfig,
  ) {}

  /** A generation ended: its work can go soon. */
  work(about: About, ended: Recorded): Promise<void> {
    return this.set('work', about, ended, WORK_GRACE_MS);
  }

  /** A generation took over: the older ones' bytes can go after the grace period. */
  superseded(about: About, switched: Recorded): Promise<void> {
    return this.set('superseded', about, switched, this.config.GENERATION_GRACE_SECONDS * 1_000);
  }

  /** An asset was deleted: all that is left of it can go after the grace period. */
  deleted(about: About, deleted: Recorded): Promise<void> {
    return this.set('deleted', about, deleted, this.config.DELETION_GRACE_SECONDS * 1_000);
  }

  /** The same once more, `inMs` from now. */
  async again(due: CollectionDue, inMs: number): Promise<void> {
    await this.log.alarms.set('generator', nameOf(due), inMs, due);
  }

  /** Counted from the fact, so that a consumer that was away for a while makes nothing live longer. */
  private async set(kind: CollectionDue['kind'], about: About, { meta }: Recorded, graceMs: number) {
    const { assetId, generation } = about;
    const due: CollectionDue = { kind, assetId, generation, seq: meta.seq };
    await this.again(due, Math.max(0, meta.ts + graceMs - this.clock.now()));
  }
}

const nameOf = ({ kind, assetId, generation }: CollectionDue): string =>
  collectionAlarm(assetId, `${kind}-${generation}`);
