import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import * as g from '@zoetrope/contracts/facts/generation';
import { AssetDeleted, AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { GenerationReady, type ServedVideo, VideoSwitched } from '@zoetrope/contracts/facts/video';
import { AssetId, CommandId, OwnerId, Period, ProjectId } from '@zoetrope/contracts/ids';
import { PRODUCT_DEFAULTS } from '@zoetrope/contracts/parameters';
import { type AssetPart, assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { stageKey, videoKey } from '@zoetrope/objects/keys';
import { openObjectStore } from '@zoetrope/objects/open';
import type { ObjectStore } from '@zoetrope/objects/store';
import { parseConfig } from '@zoetrope/platform/config';
import { createLogger } from '@zoetrope/platform/logging';
import { type RunningService, startService } from '@zoetrope/platform/service';
import { generatorConfig } from '../config.js';
import { generatorModule } from '../generator.module.js';

/**
 * Real: a broker, files for objects, and generators in this process. Their provider is never asked; gateway, notifier
 * and the pipeline's own work are their facts and objects, put there by hand.
 */
export class CollectionSystem {
  private readonly copies: RunningService[] = [];

  private constructor(
    readonly folder: string,
    private readonly server: LogServer,
    readonly objects: ObjectStore,
    readonly logs: Readonly<Record<'gateway' | 'generator' | 'notifier', EventLog>>,
  ) {}

  static async start(): Promise<CollectionSystem> {
    const folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-collection-'));
    const server = await LogServer.start();
    const [gateway, generator, notifier] = await Promise.all(
      (['gateway', 'generator', 'notifier'] as const).map((service) => server.connect(service)),
    );
    if (!gateway || !generator || !notifier) throw new Error('no log');
    const objects = await openObjectStore({ OBJECTS_DIR: path.join(folder, 'objects') });
    return new CollectionSystem(folder, server, objects, { gateway, generator, notifier });
  }

  /** Starts one more copy. Grace periods in seconds. */
  async copy(generationGrace = 1, deletionGrace = 1): Promise<RunningService> {
    const config = parseConfig(generatorConfig, {
      NATS_URL: this.server.url,
      PUBLIC_URL: 'http://zoetrope.test',
      REPLICATE_BASE_URL: 'http://127.0.0.1:1/v1',
      REPLICATE_API_TOKEN: 'nobody listens',
      OBJECTS_DIR: path.join(this.folder, 'objects'),
      GENERATION_GRACE_SECONDS: String(generationGrace),
      DELETION_GRACE_SECONDS: String(deletionGrace),
      LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
    });
    const logger = createLogger({ service: 'generator', level: config.LOG_LEVEL });
    const copy = await startService(
      { name: 'generator', module: generatorModule(this.objects), config },
      logger,
    );
    this.copies.push(copy);
    return copy;
  }

  async stopCopies(): Promise<void> {
    await Promise.all(this.copies.splice(0).map((copy) => copy.stop()));
  }

  async stop(): Promise<void> {
    await this.stopCopies();
    await Promise.all(Object.values(this.logs).map((log) => log.close()));
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const command = (number: number) => CommandId.parse(`cmd_${String(number).padStart(32, '0')}`);

/** One asset whose story a test tells in everybody's place. */
export class CollectedAsset {
  readonly id = AssetId.parse(randomBytes(16).toString('hex'));
  readonly who = {
    assetId: this.id,
    projectId: ProjectId.parse(`prj_${'0'.repeat(20)}`),
    ownerId: OwnerId.parse('owner-1'),
  };
  private readonly seqs = new Map<number, number>();
  private latest: g.Anchor | null = null;

  constructor(private readonly system: CollectionSystem) {}

  bytes(number: number): Buffer {
    return Buffer.from(`${this.id} ${number}`);
  }

  video(number: number): string {
    return videoKey(this.id, number, sha256(this.bytes(number)));
  }

  work(number: number): string {
    return stageKey(this.id, number, 'stage1', 1, sha256(this.bytes(number)));
  }

  async asked(number: number): Promise<void> {
    const about = { ...this.who, commandId: command(number), period: Period.parse('2026-11') };
    const more = { asked: {}, requestedBy: 'api' } as const;
    const fact =
      number === 1
        ? AssetPrepared({
            ...about,
            ...more,
            number,
            src: 'https://a.example/b.png',
            defaults: PRODUCT_DEFAULTS,
          })
        : AssetRegenerateRequested({ ...about, ...more, number });
    this.seqs.set(number, await this.append('gateway', 'request', fact));
  }

  async queued(number: number): Promise<void> {
    this.latest = { generation: number, requestSeq: this.seqs.get(number) ?? 1 };
    const resolved = { motion: 'subtle', mode: 'loop', dur_seconds: 4, aspect: 'preserve' } as const;
    const about = { plan: 'pro', model: 'seedance', overage: false, src: 'https://a.example/b.png' } as const;
    const values = { resolved: { ...resolved, seed: 1, seed_asked: null }, ...about };
    await this.append('generator', 'generation', g.GenerationQueued({ ...this.base(number), ...values }));
  }

  /** Work and video are in the store. */
  async wrote(number: number): Promise<void> {
    const options = { contentType: 'video/mp4' };
    await this.system.objects.put(this.work(number), this.bytes(number), options);
    await this.system.objects.put(this.video(number), this.bytes(number), options);
  }

  async stored(number: number): Promise<void> {
    const { switchedAt: _at, ...video } = this.served(number);
    const fact = g.Mp4Stored({ ...this.base(number), ...video, latencyMs: 1 });
    await this.append('generator', 'generation', fact);
  }

  async failed(number: number): Promise<number> {
    const about = { code: 'i2v_failed', message: 'no' } as const;
    const fact = g.GenerationFailed({ ...this.base(number), ...about });
    return this.append('generator', 'generation', fact);
  }

  async switched(number: number): Promise<number> {
    return this.append('notifier', 'video', VideoSwitched(this.served(number)));
  }

  /** From the ask to the announcement. @returns the sequence of the switch */
  async made(number: number): Promise<number> {
    await this.asked(number);
    await this.queued(number);
    await this.wrote(number);
    await this.stored(number);
    const seq = await this.switched(number);
    await this.append('notifier', 'video', GenerationReady({ ...this.served(number), unconfirmed: [] }));
    return seq;
  }

  async deleted(number: number): Promise<void> {
    await this.append('gateway', 'request', AssetDeleted({ ...this.who, commandId: command(9_999), number }));
  }

  facts(part: AssetPart): Promise<Recorded[]> {
    return this.system.logs.gateway.readCurrent(assetSubject(this.id, part));
  }

  async types(part: AssetPart): Promise<string[]> {
    return (await this.facts(part)).map(({ type }) => type);
  }

  /** Numbers told to be collected, in the log's order. */
  async collected(): Promise<number[]> {
    const facts = (await this.facts('generation')).filter(({ type }) => type === 'GenerationCollected');
    return facts.map(({ data }) => (data as { generation: number }).generation);
  }

  /** Every object that is this asset's alone. */
  async objects(): Promise<string[]> {
    const keys: string[] = [];
    for (const prefix of [`${this.id}/`, `stages/${this.id}/`])
      for await (const key of this.system.objects.list(prefix)) keys.push(key);
    return keys;
  }

  async append(service: 'gateway' | 'generator' | 'notifier', part: AssetPart, fact: Fact): Promise<number> {
    const cause = { id: randomBytes(8).toString('hex') };
    const appended = await this.system.logs[service].append(assetSubject(this.id, part), fact, { cause });
    if (appended.kind === 'conflict') throw new Error('unconditional appends never conflict');
    return appended.seq;
  }

  private base(generation: number) {
    const requestSeq = this.seqs.get(generation) ?? 1;
    const about = { period: Period.parse('2026-11'), commandId: command(generation), latest: this.latest };
    return { ...this.who, ...about, generation, requestSeq };
  }

  private served(generation: number): ServedVideo {
    const { requestSeq } = this.base(generation);
    const bytes = this.bytes(generation);
    const object = { key: this.video(generation), sha256: sha256(bytes), bytes: bytes.length };
    const shape = {
      durationMs: 4_000,
      width: 720,
      height: 480,
      loopMode: 'native',
      model: 'seedance',
    } as const;
    const more = { posterKey: `${this.id}/poster/p.jpg`, switchedAt: 1_800_000_000_000 };
    return { ...this.who, generation, requestSeq, ...object, ...shape, ...more };
  }
}
