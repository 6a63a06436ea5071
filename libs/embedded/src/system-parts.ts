import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type NatsServer, startNats } from './nats.js';
import { repoRoot } from './paths.js';
import type { Ports } from './ports.js';
import { type PostgresServer, startPostgres } from './postgres.js';
import { type ServiceProcess, startProcess } from './process.js';
import type { Secrets } from './secrets.js';
import { Supervised } from './supervised.js';
import type { System, SystemOptions } from './system.js';
import { type Addresses, rendererEnv, serverEnv, serviceEnv } from './system-env.js';

/** The gateway comes last, when there is somebody to decide and to work. */
const workers = ['quota', 'generator', 'notifier'] as const;

/** Apps that may run in any number of copies. */
export type ReplicatedApp = (typeof workers)[number] | 'gateway';
export type AppName = ReplicatedApp | 'local-replicate';

const localUrl = (port: number): string => `http://127.0.0.1:${port}`;

/** Emptied at each start of its app: one that was killed cannot clear up what it was working on. */
const emptied = async (folder: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
};

/** All processes of one system: who starts when, with what, and who stops when. */
export class Parts {
  readonly nats: Supervised<NatsServer> | undefined;
  readonly postgres: Supervised<PostgresServer> | undefined;
  readonly #options: SystemOptions;
  readonly #secrets: Secrets;
  readonly #ports: Ports;
  readonly #env: NodeJS.ProcessEnv;
  readonly #apps = new Map<AppName, Supervised<ServiceProcess>[]>();
  readonly #gateways: string[] = [];
  #at: Addresses | undefined;

  constructor(options: SystemOptions, secrets: Secrets, ports: Ports) {
    this.#options = options;
    this.#secrets = secrets;
    this.#ports = ports;
    this.#env = { ...process.env, ...options.env };
    if (!this.#env.NATS_URL) this.nats = this.#supervisedNats();
    if (!this.#env.DATABASE_URL) this.postgres = this.#supervisedPostgres();
  }

  async start(): Promise<void> {
    const renderer = this.#env.REPLICATE_API_TOKEN ? undefined : await this.#ports.take('local-replicate');
    const gateway = localUrl(this.#options.port);
    const [nats, postgres] = await Promise.all([
      this.nats?.start(),
      this.postgres?.start(),
      renderer === undefined ? undefined : this.#startPart('local-replicate', 'local-replicate', renderer),
    ]);
    this.#at = {
      nats: nats?.url ?? this.#env.NATS_URL ?? '',
      database: postgres?.url ?? this.#env.DATABASE_URL ?? '',
      renderer: renderer === undefined ? undefined : localUrl(renderer),
      gateway,
      public: this.#options.publicUrl ?? `http://localhost:${this.#options.port}`,
    };
    await Promise.all(workers.map((app) => this.#startCopies(app)));
    // The first makes the database's tables; together they would only wait for each other's lock.
    await this.#startPart('gateway', 'gateway', this.#options.port, this.#options.copyEnv?.('gateway', 1));
    this.#gateways.push(gateway);
    await this.#startCopies('gateway', 2);
  }

  /** Door first, so nothing new comes in; then who works; then what they stand on. Safe to call twice. */
  async stop(): Promise<void> {
    await this.#stopAll('gateway');
    await Promise.all(workers.map((app) => this.#stopAll(app)));
    await this.#stopAll('local-replicate');
    await Promise.all([this.postgres?.stop(), this.nats?.stop()]);
  }

  async #stopAll(app: AppName): Promise<void> {
    await Promise.all((this.#apps.get(app) ?? []).map((copy) => copy.stop()));
  }

  addresses(): Addresses {
    if (!this.#at) throw new Error('addresses are known after start');
    return this.#at;
  }

  /** Folders that the embedded servers made and that must be there next time. */
  embeddedPieces(): string[] {
    return [...(this.nats ? ['nats'] : []), ...(this.postgres ? ['postgres'] : [])];
  }

  describe(): Omit<System, 'dataDir' | 'secrets' | 'stop'> {
    const at = this.addresses();
    return {
      url: at.gateway,
      publicUrl: at.public,
      natsUrl: at.nats,
      databaseUrl: at.database,
      rendererUrl: at.renderer,
      services: Object.fromEntries(
        [...this.#apps].map(([app, [first]]) => [app, first]),
      ) as System['services'],
      copies: Object.fromEntries(this.#apps) as System['copies'],
      gateways: [...this.#gateways],
      servers: { nats: this.nats, postgres: this.postgres },
    };
  }

  #supervisedNats(): Supervised<NatsServer> {
    const { fast, dataDir } = this.#options;
    const files = {
      dataDir: path.join(dataDir, 'nats'),
      logFile: this.#log('nats'),
      env: serverEnv(dataDir),
    };
    const sync = fast ? 'default' : 'always';
    return this.#supervised('nats', async (abort) =>
      startNats({ ...files, port: await this.#portOf('nats'), sync, abort }),
    );
  }

  #supervisedPostgres(): Supervised<PostgresServer> {
    const { fast, dataDir } = this.#options;
    const files = {
      dataDir: path.join(dataDir, 'postgres'),
      logFile: this.#log('postgres'),
      env: serverEnv(dataDir),
    };
    return this.#supervised('postgres', async (abort) =>
      startPostgres({ ...files, port: await this.#portOf('postgres'), fast, abort }),
    );
  }

  /** Others hold the address of a running part, so a restart uses the port of the first start. */
  readonly #chosen = new Map<string, number>();
  async #portOf(part: string): Promise<number> {
    const port = this.#chosen.get(part) ?? (await this.#ports.take(part));
    this.#chosen.set(part, port);
    return port;
  }

  /** Copies number `from` to the last; all but the first carry their number in names of ports, logs and folders. */
  async #startCopies(app: ReplicatedApp, from = 1): Promise<void> {
    const count = this.#options.copies?.[app] ?? 1;
    const numbers = Array.from({ length: Math.max(0, count - from + 1) }, (_, index) => from + index);
    await Promise.all(
      numbers.map(async (number) => {
        const name = number === 1 ? app : `${app}-${number}`;
        const port = await this.#ports.take(name);
        if (app === 'gateway') this.#gateways.push(localUrl(port));
        await this.#startPart(app, name, port, this.#options.copyEnv?.(app, number));
      }),
    );
  }

  #startPart(
    app: AppName,
    name: string,
    port: number,
    more: NodeJS.ProcessEnv = {},
  ): Promise<ServiceProcess> {
    const entry = this.#options.entries?.[app] ?? path.join(repoRoot, 'apps', app, 'dist', 'main.js');
    const temp = path.join(this.#options.dataDir, 'tmp', name);
    const env = { ...this.#envOf(app, port), TMPDIR: temp, ...more };
    const part = this.#supervised(name, async (abort) => {
      await emptied(temp);
      return startProcess({ name, entry, env, logFile: this.#log(name), abort });
    });
    this.#apps.set(app, [...(this.#apps.get(app) ?? []), part]);
    return part.start();
  }

  #envOf(app: AppName, port: number): NodeJS.ProcessEnv {
    const { dataDir, host } = this.#options;
    if (app === 'local-replicate') return rendererEnv(this.#env, dataDir, port, this.#secrets);
    const env = { ...serviceEnv(this.#env, dataDir, this.addresses(), this.#secrets), PORT: String(port) };
    return app === 'gateway' && host !== undefined ? { ...env, HOST: host } : env;
  }

  #supervised<R extends NatsServer | PostgresServer | ServiceProcess>(
    name: string,
    start: (abort: AbortSignal) => Promise<R>,
  ): Supervised<R> {
    const { onStatus, backoffMs } = this.#options;
    return new Supervised({
      name,
      start,
      onStatus,
      backoffMs,
      describe: (running) => `port ${running.port}`,
    });
  }

  #log(part: string): string {
    return path.join(this.#options.dataDir, 'logs', `${part}.log`);
  }
}
