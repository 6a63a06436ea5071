import { randomBytes } from 'node:crypto';
import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import * as g from '@zoetrope/contracts/facts/generation';
import { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { type ServedVideo, VideoSwitched } from '@zoetrope/contracts/facts/video';
import { AssetId, CommandId, OwnerId, Period, ProjectId } from '@zoetrope/contracts/ids';
import { PRODUCT_DEFAULTS } from '@zoetrope/contracts/parameters';
import { type AssetPart, assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import type { NotifierSystem } from './notifier-system.js';

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';
export const newProjectId = (): ProjectId =>
  ProjectId.parse(`prj_${[...randomBytes(20)].map((byte) => LETTERS[byte % 36]).join('')}`);
const OWNER = OwnerId.parse('owner-1');
const PERIOD = Period.parse('2026-11');

/** One asset whose facts a test appends in the name of gateway and generator. */
export class AssetStory {
  readonly id = AssetId.parse(randomBytes(16).toString('hex'));
  readonly #requestSeqs = new Map<number, number>();
  #newestQueued: number | undefined;

  constructor(
    private readonly system: Pick<NotifierSystem, 'logs'>,
    readonly projectId = newProjectId(),
  ) {}

  /** Asks for generation `number`; the first prepares the asset. */
  async asked(number = 1): Promise<number> {
    const who = { assetId: this.id, projectId: this.projectId, ownerId: OWNER };
    const base = { ...who, commandId: command(number), period: PERIOD, requestedBy: 'api' as const };
    const src = 'https://img.example.com/a.png';
    const fact =
      number === 1
        ? AssetPrepared({ ...base, number: 1, src, asked: { motion: 'subtle' }, defaults: PRODUCT_DEFAULTS })
        : AssetRegenerateRequested({ ...base, number, asked: {} });
    const seq = await this.append(this.system.logs.gateway, 'request', fact);
    this.#requestSeqs.set(number, seq);
    return seq;
  }

  queued(number = 1): Promise<number> {
    this.#newestQueued = Math.max(number, this.#newestQueued ?? 0);
    const resolved = { motion: 'subtle', mode: 'loop', dur_seconds: 4, aspect: 'preserve' } as const;
    return this.#generation(
      g.GenerationQueued({
        ...this.#base(number),
        resolved: { ...resolved, seed: 1, seed_asked: null },
        src: 'https://img.example.com/a.png',
        plan: 'pro',
        model: 'seedance',
        overage: false,
      }),
    );
  }

  refused(number: number): Promise<number> {
    return this.#generation(g.GenerationRefused({ ...this.#base(number), reason: 'limit' }));
  }

  visionCompleted(number = 1, prompt = 'a secret prompt'): Promise<number> {
    const about = { attempt: 1, provider: 'local' as const, latencyMs: 7, prompt };
    return this.#generation(g.VisionCompleted({ ...this.#base(number), ...about }));
  }

  stageCompleted(number = 1): Promise<number> {
    const about = { stage: 'stage1' as const, attempt: 1, key: 'k', sha256: sha(number), bytes: 9 };
    return this.#generation(g.StageCompleted({ ...this.#base(number), ...about, latencyMs: 12 }));
  }

  failed(number = 1): Promise<number> {
    const about = { stage: 'stage1' as const, code: 'i2v_failed' as const, message: 'a secret reason' };
    return this.#generation(g.GenerationFailed({ ...this.#base(number), ...about }));
  }

  cancelled(number = 1): Promise<number> {
    const about = { reason: 'superseded' as const, predicted: true };
    return this.#generation(g.GenerationCancelled({ ...this.#base(number), ...about }));
  }

  stored(number = 1): Promise<number> {
    const { durationMs, width, height, loopMode, model, posterKey, key, sha256, bytes } = this.video(number);
    const about = { durationMs, width, height, loopMode, model, posterKey, key, sha256, bytes };
    return this.#generation(g.Mp4Stored({ ...this.#base(number), ...about, latencyMs: 20 }));
  }

  /** What a notifier appends that dies right after it. */
  switched(number = 1): Promise<number> {
    return this.append(this.system.logs.notifier, 'video', VideoSwitched(this.video(number)));
  }

  /** Asks, queues and stores. */
  async generated(number = 1): Promise<void> {
    await this.asked(number);
    await this.queued(number);
    await this.stored(number);
  }

  video(number: number): ServedVideo {
    const { assetId, projectId, ownerId, generation, requestSeq } = this.#base(number);
    return {
      assetId,
      projectId,
      ownerId,
      generation,
      requestSeq,
      key: `${this.id}/${number}/${sha(number)}.mp4`,
      sha256: sha(number),
      bytes: 1_000 + number,
      durationMs: 4_000,
      width: 720,
      height: 480,
      loopMode: 'native',
      model: 'seedance',
      posterKey: `${this.id}/poster.jpg`,
      switchedAt: 1_800_000_000_000,
    };
  }

  facts(part: AssetPart): Promise<Recorded[]> {
    return this.system.logs.gateway.readCurrent(assetSubject(this.id, part));
  }

  async types(part: AssetPart): Promise<string[]> {
    return (await this.facts(part)).map(({ type }) => type);
  }

  async append(log: EventLog, part: AssetPart, fact: Fact): Promise<number> {
    const cause = { id: randomBytes(8).toString('hex'), requestId: 'req-1' };
    const appended = await log.append(assetSubject(this.id, part), fact, { cause });
    if (appended.kind === 'conflict') throw new Error('unconditional appends never conflict');
    return appended.seq;
  }

  #generation(fact: Fact): Promise<number> {
    return this.append(this.system.logs.generator, 'generation', fact);
  }

  #base(generation: number) {
    const requestSeq = this.#requestSeqs.get(generation) ?? 1;
    const who = { assetId: this.id, projectId: this.projectId, ownerId: OWNER };
    const newest = this.#newestQueued;
    const latest = newest ? { generation: newest, requestSeq: this.#requestSeqs.get(newest) ?? 1 } : null;
    return { ...who, period: PERIOD, generation, requestSeq, commandId: command(generation), latest };
  }
}

const command = (number: number) => CommandId.parse(`cmd_${String(number).padStart(32, '0')}`);
const sha = (number: number) => number.toString(16).padStart(64, 'a');
