import { Inject, Injectable } from '@nestjs/common';
import { AssetId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { foldAsset } from '@zoetrope/domain/asset';
import { readPresent } from '@zoetrope/eventlog/asset-facts';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { sabotaged } from '@zoetrope/platform/sabotage';
import { type Cursor, parseCursor } from './cursor.js';
import { type SseHub, TOLD, type Topic } from './hub.js';
import { newestAccepted } from './newest-accepted.js';
import type { SseSession } from './session.js';
import { TellableFact } from './tellable-fact.js';

type Heard = SseHub['heard'];

/** Sends what the log holds to a session that is listening already. */
@Injectable()
export class History {
  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /**
   * The cursor if the log knows it; undefined for one of another log, from its future, or of no log at all. One from
   * before the log's first fact is good: what is gone from there was deleted by its owner.
   */
  async known(text: string, { epoch, recent }: Heard): Promise<Cursor | undefined> {
    const cursor = parseCursor(text);
    if (!cursor || cursor.epoch !== epoch) return undefined;
    // Another copy may have told the client what this one has not heard of yet.
    const isKnown = cursor.seq <= recent.lastSeq || cursor.seq <= (await this.log.lastStreamSeq('ASSETS'));
    return isKnown ? cursor : undefined;
  }

  /** Everything about the topic after the cursor: from memory, or from the log when that is too long ago. */
  async resume(session: SseSession, topic: Topic, seq: number, { epoch, recent }: Heard): Promise<void> {
    // The session drops what its client has; without that guard the cursor's own fact comes again.
    const after = sabotaged('repeat-event') ? seq - 1 : seq;
    const facts = recent.since(after);
    if (facts) for (const told of facts) if (told.isAbout(topic)) await session.replay(told);
    if (facts) return;
    const from = after + 1;
    if (AssetId.safeParse(topic).success) await this.assetSince(session, topic, from, epoch);
    else await this.projectSince(session, topic, from, epoch);
  }

  /**
   * The events so far of the newest accepted request. An ask that nobody has decided yet is waited for: were it
   * accepted, an older generation must not have been shown.
   */
  async currentGeneration(session: SseSession, assetId: string, epoch: string): Promise<void> {
    while (!session.client.closed.aborted) {
      const news = session.news();
      const { facts } = await readPresent(this.log, assetId);
      const newest = newestAccepted(foldAsset(facts));
      if (newest.kind === 'none') return;
      if (newest.kind === 'accepted') {
        session.showFrom(newest.generation);
        return this.assetSince(session, assetId, newest.requestSeq, epoch);
      }
      await news;
    }
  }

  /** Everything about one asset from sequence `from` on, by its exact subjects. */
  async assetSince(session: SseSession, assetId: string, from: number, epoch: string): Promise<void> {
    const subjects = (['generation', 'video', 'delivery'] as const).map((part) =>
      assetSubject(assetId, part),
    );
    for (const fact of await this.log.readMerged(subjects, { from })) {
      await session.replay(new TellableFact(fact, epoch));
    }
  }

  /** Everything about all assets of a project from sequence `from` on; reads the stream, as fast as the client. */
  async projectSince(session: SseSession, projectId: string, from: number, epoch: string): Promise<void> {
    const { closed } = session.client;
    const follow = await this.log.follow(
      'ASSETS',
      { subjects: TOLD, from, onUndecodable: () => {} },
      async (fact) => {
        if ((fact.data as { projectId?: string }).projectId !== projectId) return;
        await session.replay(new TellableFact(fact, epoch));
      },
    );
    const gone = Promise.withResolvers<void>();
    closed.addEventListener('abort', () => gone.resolve(), { once: true });
    if (closed.aborted) gone.resolve();
    try {
      await Promise.race([follow.caughtUp, follow.closed, gone.promise]);
    } finally {
      await follow.stop();
    }
  }
}
