import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { GenerationCollected } from '@zoetrope/contracts/facts/collection';
import type { Anchor } from '@zoetrope/contracts/facts/generation';
import { AssetDeleted } from '@zoetrope/contracts/facts/request';
import type { VideoFact } from '@zoetrope/contracts/facts/video';
import { GenerationNumber } from '@zoetrope/contracts/ids';
import type { CollectionDue } from '@zoetrope/contracts/messages';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { collectable } from '@zoetrope/domain/collection';
import { decideAndAppend } from '@zoetrope/eventlog/append-loop';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { assetPrefixes, generationPrefix, stagesPrefix } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { OBJECTS } from '../objects.js';
import { generationsUnder, removeUnder } from './remove-objects.js';

/** Removes the bytes of generations that a newer one has taken over from: first the fact, then the objects. */
@Injectable()
export class CollectSuperseded {
  private readonly logger = new Logger(CollectSuperseded.name);

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
  ) {}

  /** What the store holds says what is left to do, so one that died half way is finished by the next. */
  async run(due: CollectionDue, signal: AbortSignal): Promise<void> {
    const { assetId, generation: upTo } = due;
    const [video, request] = await Promise.all([
      this.log.last(assetSubject(assetId, 'video')),
      this.log.last(assetSubject(assetId, 'request')),
    ]);
    // A deleted asset goes whole, after a grace period of its own.
    if (!video || !request || AssetDeleted.is(request)) return;
    const served = (video as Recorded<VideoFact>).data;
    const numbers = collectable({ served: served.generation, upTo, found: await this.found(assetId) });
    if (numbers.length === 0) return;
    const told = await this.told(assetId, due.seq);
    for (const number of numbers) {
      signal.throwIfAborted();
      if (!told.has(number)) await this.tell(served, number, due.seq);
      await removeUnder(this.objects, generationPrefix(assetId, number));
      await removeUnder(this.objects, stagesPrefix(assetId, number));
    }
    this.logger.log({ msg: 'collected', assetId, generations: numbers.length, served: served.generation });
  }

  private async found(assetId: string): Promise<Set<number>> {
    const all = assetPrefixes(assetId).map((prefix) => generationsUnder(this.objects, prefix));
    return new Set((await Promise.all(all)).flatMap((numbers) => [...numbers]));
  }

  /** Collected before, by whoever died between the fact and the objects. */
  private async told(assetId: string, from: number): Promise<Set<number>> {
    const facts = await this.log.readCurrent(assetSubject(assetId, 'generation'), { from });
    return new Set(facts.filter((fact) => GenerationCollected.is(fact)).map(({ data }) => numberOf(data)));
  }

  private async tell({ assetId, projectId, ownerId }: VideoFact['data'], number: number, seq: number) {
    const subject = assetSubject(assetId, 'generation');
    const generation = GenerationNumber.parse(number);
    await decideAndAppend<Anchor | null>({
      log: this.log,
      subject,
      load: async () => {
        const last = await this.log.last(subject);
        const { latest = null } = (last?.data ?? {}) as { latest?: Anchor | null };
        return { state: latest, version: last?.meta.seq ?? 0 };
      },
      decide: (latest) => GenerationCollected({ assetId, projectId, ownerId, generation, latest }),
      cause: { id: `${assetId}.${seq}` },
      key: String(number),
    });
  }
}

const numberOf = (data: unknown): number => (data as { generation: number }).generation;
