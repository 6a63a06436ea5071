import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repoRoot } from '@zoetrope/embedded/paths';
import type { ServiceProcess } from '@zoetrope/embedded/process';
import { startProcess } from '@zoetrope/embedded/process';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { uploadKey } from '@zoetrope/objects/keys';
import { openObjectStore } from '@zoetrope/objects/open';
import type { ObjectStore } from '@zoetrope/objects/store';
import { parseConfig } from '@zoetrope/platform/config';
import { createLogger } from '@zoetrope/platform/logging';
import { type RunningService, startService } from '@zoetrope/platform/service';
import { generatorConfig } from '../config.js';
import { generatorModule } from '../generator.module.js';
import { Callbacks } from './callbacks.js';
import { FlakyProxy } from './flaky-proxy.js';

const TOKEN = 'renderer-token';
const PUBLIC_URL = 'http://zoetrope.test';

export interface JournalLine {
  readonly event: string;
  readonly id: string;
  readonly webhook?: string;
}

/**
 * Real: a broker, the local renderer as a process of its own (built: `npm run build`), files for objects, and
 * generators in this process. Gateway and quota are their facts, appended by hand.
 */
export class GeneratorSystem {
  private readonly copies: RunningService[] = [];
  private readonly processes: ServiceProcess[] = [];

  private constructor(
    readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly server: LogServer,
    readonly renderer: ServiceProcess,
    readonly proxy: FlakyProxy,
    readonly callbacks: Callbacks,
    readonly objects: ObjectStore,
    readonly logs: Readonly<Record<'gateway' | 'quota' | 'generator', EventLog>>,
  ) {}

  /** `env`: settings of all its generators. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<GeneratorSystem> {
    const folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-generator-'));
    const [server, renderer] = await Promise.all([LogServer.start(), startRenderer(folder)]);
    const logs = {
      gateway: await server.connect('gateway'),
      quota: await server.connect('quota'),
      generator: await server.connect('generator'),
    };
    const [proxy, callbacks] = await Promise.all([
      FlakyProxy.start(renderer.url),
      Callbacks.start(logs.gateway),
    ]);
    const objects = await openObjectStore({ OBJECTS_DIR: path.join(folder, 'objects') });
    return new GeneratorSystem(folder, env, server, renderer, proxy, callbacks, objects, logs);
  }

  /** Starts one more copy of the generator. `firstPollMs`: its first look at a prediction nobody reported. */
  async copy(firstPollMs = 30_000): Promise<RunningService> {
    const config = parseConfig(generatorConfig, this.environment(firstPollMs));
    const logger = createLogger({ service: 'generator', level: config.LOG_LEVEL });
    const module = generatorModule(this.objects);
    const copy = await startService({ name: 'generator', module, config }, logger);
    this.copies.push(copy);
    return copy;
  }

  /** Starts a copy as a process of its own (built), which can be killed. */
  async process(firstPollMs: number): Promise<ServiceProcess> {
    const copy = await startProcess({
      name: 'generator',
      entry: path.join(repoRoot, 'apps', 'generator', 'dist', 'main.js'),
      env: { ...process.env, NODE_OPTIONS: '', ...this.environment(firstPollMs) },
      logFile: path.join(this.folder, 'generator.log'),
    });
    this.processes.push(copy);
    return copy;
  }

  private environment(firstPollMs: number): Record<string, string> {
    return {
      NATS_URL: this.server.url,
      PUBLIC_URL,
      GATEWAY_URL: this.callbacks.url,
      REPLICATE_BASE_URL: `${this.proxy.url}/v1`,
      REPLICATE_API_TOKEN: TOKEN,
      ZOETROPE_EGRESS_ALLOW: '127.0.0.0/8',
      GENERATOR_FIRST_POLL_MS: String(firstPollMs),
      OBJECTS_DIR: path.join(this.folder, 'objects'),
      LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
      ...this.env,
    };
  }

  async stopCopies(): Promise<void> {
    await Promise.all(this.copies.splice(0).map((copy) => copy.stop()));
  }

  /** Puts an image where uploads are; the address is one of our own. */
  async upload(jpeg: Buffer): Promise<string> {
    const key = uploadKey(createHash('sha256').update(jpeg).digest('hex'), 'jpg');
    await this.objects.put(key, jpeg, { contentType: 'image/jpeg' });
    return `${PUBLIC_URL}/${key}`;
  }

  /** What goes wrong with the renderer's next predictions. */
  async faults(...next: object[]): Promise<void> {
    return this.addFaults({ next });
  }

  /** What goes wrong with the predictions of one asset, one item each: a fault, several, or none. */
  async faultsOf(assetId: string, ...next: readonly (object | readonly object[])[]): Promise<void> {
    return this.addFaults({ next, for: assetId });
  }

  private async addFaults(faults: object): Promise<void> {
    const body = JSON.stringify(faults);
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.renderer.url}/_local/faults`, { method: 'POST', body, headers });
    if (!answer.ok) throw new Error(`faults: ${answer.status} ${await answer.text()}`);
  }

  /** How many predictions the renderer made for one asset. */
  async predictionsOf(assetId: string): Promise<number> {
    return (await this.journal(assetId)).filter(({ event }) => event === 'created').length;
  }

  /** What the renderer did for one asset. */
  async journal(assetId: string): Promise<JournalLine[]> {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await fetch(`${this.renderer.url}/_local/journal`, { headers });
    const { lines } = (await answer.json()) as { lines: JournalLine[] };
    const ours = new Set(lines.filter(({ webhook }) => webhook?.includes(assetId)).map(({ id }) => id));
    return lines.filter(({ id }) => ours.has(id));
  }

  async stop(): Promise<void> {
    await this.stopCopies();
    await Promise.all(this.processes.map((copy) => copy.stop()));
    await Promise.all([this.proxy.stop(), this.callbacks.stop(), this.renderer.stop()]);
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const startRenderer = (folder: string): Promise<ServiceProcess> =>
  startProcess({
    name: 'local-replicate',
    entry: path.join(repoRoot, 'apps', 'local-replicate', 'dist', 'main.js'),
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATA_DIR: path.join(folder, 'renderer'),
      API_TOKEN: TOKEN,
      PORT: '0',
    },
    logFile: path.join(folder, 'renderer.log'),
  });
