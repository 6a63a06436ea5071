import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Service } from '@zoetrope/contracts/fact';
import { type PostgresServer, startPostgres } from '@zoetrope/embedded/postgres';
import type { EventLog, Follow } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { createLogger } from '@zoetrope/platform/logging';
import { seal, sealingKey, signingSecretContext, webhookSecretContext } from '@zoetrope/platform/sealing';
import { type RunningService, startService } from '@zoetrope/platform/service';
import pg from 'pg';
import { notifierConfig, PRODUCT_TIMINGS, type Timings } from '../config.js';
import { NotifierModule } from '../notifier.module.js';

export const TOKEN = 'internal-token-of-the-tests';
const SECRET_KEY = 'a secret key of the tests, 32 and more';
/** The tables that the gateway's migrations make, as far as the notifier reads them. */
const TABLES = `
  create schema views; create schema secrets;
  create table views.projection_position (stream text primary key, position bigint not null);
  create table views.asset (id text primary key, project_id text not null);
  create table secrets.webhook_secret (project_id text primary key, secret_encrypted text not null);
  create table secrets.replaced_webhook_secret
    (project_id text not null, secret_encrypted text not null, ends_at timestamptz not null);
  create table views.project (id text primary key, owner_id text not null, deleted boolean not null);
  create table secrets.signing_secret (id text primary key, project_id text not null, secret_encrypted text not null);
  insert into views.projection_position values ('ASSETS', 0)`;

/** A real broker, a real PostgreSQL, the logs of the other writers, and notifiers in this process. */
export class NotifierSystem {
  readonly #running: RunningService[] = [];
  #projector: Follow | undefined;

  private constructor(
    private readonly folder: string,
    readonly nats: LogServer,
    private readonly postgres: PostgresServer,
    readonly database: pg.Pool,
    readonly logs: Readonly<Record<'gateway' | 'generator' | 'notifier' | 'quota', EventLog>>,
  ) {}

  static async start(): Promise<NotifierSystem> {
    const folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-notifier-'));
    const [nats, postgres] = await Promise.all([
      LogServer.start(),
      startPostgres({ dataDir: path.join(folder, 'postgres'), fast: true }),
    ]);
    const database = new pg.Pool({ connectionString: postgres.url, max: 2 });
    database.on('error', () => {});
    await database.query(TABLES);
    const connect = (service: Service) => nats.connect(service);
    const logs = {
      gateway: await connect('gateway'),
      generator: await connect('generator'),
      notifier: await connect('notifier'),
      quota: await connect('quota'),
    };
    return new NotifierSystem(folder, nats, postgres, database, logs);
  }

  /** Starts one copy of the notifier. */
  async notifier(timings: Partial<Timings> = {}): Promise<RunningService> {
    const config = notifierConfig.parse({
      NATS_URL: this.nats.url,
      DATABASE_URL: this.postgres.url,
      PUBLIC_URL: 'https://z.example',
      ZOETROPE_SECRET_KEY: SECRET_KEY,
      ZOETROPE_INTERNAL_TOKEN: TOKEN,
      ZOETROPE_EGRESS_ALLOW: '127.0.0.1/32',
    });
    const module = NotifierModule.with({ ...PRODUCT_TIMINGS, ...timings });
    const logger = createLogger({ service: 'notifier', level: 'silent' });
    const service = await startService({ name: 'notifier', module, config, database: true }, logger);
    this.#running.push(service);
    return service;
  }

  /** Moves the position of PostgreSQL's views as the gateway's projector does. */
  async project(): Promise<void> {
    const text = `update views.projection_position set position = $1 where stream = 'ASSETS'`;
    this.#projector = await this.logs.gateway.follow('ASSETS', { from: 'start' }, async ({ meta }) => {
      await this.database.query(text, [meta.seq]);
    });
    await this.#projector.caughtUp;
  }

  async stopProjecting(): Promise<void> {
    await this.#projector?.stop();
    this.#projector = undefined;
  }

  /** Keeps a project's webhook secret where the gateway keeps it. */
  async keepSecret(projectId: string, secret: string): Promise<void> {
    const sealed = seal(sealingKey(SECRET_KEY), secret, webhookSecretContext(projectId));
    await this.database.query('insert into secrets.webhook_secret values ($1, $2)', [projectId, sealed]);
  }

  /** Replaces it; the old one signs on for an hour. */
  async rotateSecret(projectId: string, secret: string): Promise<void> {
    const of = 'secrets.webhook_secret where project_id = $1';
    const move = `insert into secrets.replaced_webhook_secret
      select project_id, secret_encrypted, now() + interval '1 hour' from ${of}`;
    await this.database.query(move, [projectId]);
    await this.database.query(`delete from ${of}`, [projectId]);
    await this.keepSecret(projectId, secret);
  }

  /** The same for a secret that its proxy URLs are signed with. */
  async keepSigningSecret(projectId: string, id: string, secret: string): Promise<void> {
    const sealed = seal(sealingKey(SECRET_KEY), secret, signingSecretContext(projectId, id));
    await this.database.query('insert into secrets.signing_secret values ($1, $2, $3)', [
      id,
      projectId,
      sealed,
    ]);
  }

  /** Stops the notifiers; broker and database stay. */
  async stopNotifiers(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((service) => service.stop()));
  }

  async stop(): Promise<void> {
    await this.stopNotifiers();
    await this.stopProjecting();
    await this.database.end();
    await Promise.all([this.nats.stop(), this.postgres.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
