import { createHash } from 'node:crypto';
import type { Fact } from '@zoetrope/contracts/fact';
import { GenerationCollected } from '@zoetrope/contracts/facts/collection';
import { AssetPrepared } from '@zoetrope/contracts/facts/request';
import { AssetId } from '@zoetrope/contracts/ids';
import { ASSET_PARTS, type AssetPart, assetSubject } from '@zoetrope/contracts/subjects';
import { connectLog } from '@zoetrope/eventlog/connect';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { posterKey, videoKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { story } from '@zoetrope/projections/testing/facts';
import { OBJECTS } from '../resources/tokens.js';
import type { GatewayUnderTest } from './gateway-under-test.js';

/** Bytes that stand for a video or poster; the gateway never looks into them. Repeating, since hashing 24 MB is slow. */
export const bytesOf = (seed: string, length = 10_000): Buffer => {
  const digest = (n: number) => createHash('sha256').update(`${seed}${n}`).digest();
  return Buffer.alloc(length, Buffer.concat(Array.from({ length: 313 }, (_, n) => digest(n))));
};

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Generator's and notifier's part in the gateway's tests: their facts and objects, appended by hand. */
export class Pipeline {
  private constructor(
    private readonly generator: EventLog,
    private readonly notifier: EventLog,
    private readonly objects: ObjectStore,
  ) {}

  static async beside(gateway: GatewayUnderTest): Promise<Pipeline> {
    const [generator, notifier] = await Promise.all([
      connectLog(gateway.nats.url, { service: 'generator' }),
      connectLog(gateway.nats.url, { service: 'notifier' }),
    ]);
    return new Pipeline(generator, notifier, gateway.service.app.get(OBJECTS));
  }

  get log(): EventLog {
    return this.notifier;
  }

  async stop(): Promise<void> {
    await Promise.all([this.generator.close(), this.notifier.close()]);
  }

  /** Appends one fact. @returns its sequence */
  async tell(assetId: string, part: AssetPart, fact: Fact): Promise<number> {
    const log = part === 'generation' ? this.generator : this.notifier;
    const appended = await log.append(assetSubject(assetId, part), fact, {
      cause: { id: `${assetId}:${part}:${fact.type}:${JSON.stringify(fact.data).length}` },
      key: createHash('sha256').update(JSON.stringify(fact)).digest('hex').slice(0, 16),
    });
    if (appended.kind === 'conflict') throw new Error(`${fact.type} found a conflict`);
    return appended.seq;
  }

  /** An asset that the gateway has prepared: what to tell of it, and where its newest request stands. */
  async asset(id: string) {
    const first = await this.notifier.first(assetSubject(id, 'request'));
    if (!first || !AssetPrepared.is(first)) throw new Error(`${id} was not prepared`);
    const { projectId, ownerId, src } = first.data;
    return story(AssetId.parse(id), { projectId, ownerId, src });
  }

  async requestSeq(id: string): Promise<number> {
    return this.notifier.lastSeq(assetSubject(id, 'request'));
  }

  /** Everything up to the stored video of generation `n`. */
  async store(id: string, n: number, video: Buffer) {
    const of = await this.asset(id);
    const seq = await this.requestSeq(id);
    const hash = sha256(video);
    const poster = bytesOf(`poster ${id}`, 500);
    await this.objects.put(videoKey(id, n, hash), video, { contentType: 'video/mp4' });
    await this.objects.put(posterKey(id, sha256(poster)), poster, { contentType: 'image/jpeg' });
    await this.tell(id, 'generation', of.queued(n, seq));
    const served = { sha256: hash, bytes: video.length, posterKey: posterKey(id, sha256(poster)) };
    await this.tell(id, 'generation', of.stored(n, seq, served));
    return { of, seq, served };
  }

  /** A generation from queued to announced, without a fence. */
  async make(id: string, n: number, video: Buffer): Promise<number> {
    const { of, seq, served } = await this.store(id, n, video);
    await this.tell(id, 'video', of.switched(n, seq, served));
    return this.tell(id, 'video', of.ready(n, seq, served));
  }

  /** The generator does not keep that generation's bytes any more. */
  async collect(id: string, n: number): Promise<void> {
    const first = await this.notifier.first(assetSubject(id, 'request'));
    if (!first || !AssetPrepared.is(first)) throw new Error(`${id} was not prepared`);
    const { assetId, projectId, ownerId } = first.data;
    const fact = GenerationCollected({ assetId, projectId, ownerId, generation: n, latest: null });
    await this.tell(id, 'generation', fact);
  }

  /** Last sequence of the asset over all of its subjects. */
  async lastSeq(id: string): Promise<number> {
    const all = await Promise.all(ASSET_PARTS.map((part) => this.notifier.lastSeq(assetSubject(id, part))));
    return Math.max(...all);
  }
}
