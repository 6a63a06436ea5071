import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PlanChanged } from '@zoetrope/contracts/facts/tenant';
import { OwnerId } from '@zoetrope/contracts/ids';
import type { PlanName } from '@zoetrope/contracts/plans';
import { accountSubject } from '@zoetrope/contracts/subjects';
import { type NatsServer, startNats } from '@zoetrope/embedded/nats';
import { type PostgresServer, startPostgres } from '@zoetrope/embedded/postgres';
import { createLogger } from '@zoetrope/platform/logging';
import { type RunningService, startService } from '@zoetrope/platform/service';
import { type GatewayConfig, gatewayConfig } from '../config.js';
import { Directory } from '../directory/directory.js';
import { gatewayService } from '../gateway-service.js';
import { LedgerKeeper } from './ledger-keeper.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came over the wire. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape
  readonly json: any;
}

export interface CallOptions {
  readonly method?: string;
  readonly cookie?: string;
  /** Another copy's port; default: the first gateway's. */
  readonly port?: number;
  /** Sent as JSON; a string, buffer or form is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
};

const isRaw = (body: unknown): body is string | Buffer | FormData =>
  typeof body === 'string' || Buffer.isBuffer(body) || body instanceof FormData;

const startCopy = (settings: Record<string, string>): Promise<RunningService> =>
  startService(
    gatewayService(gatewayConfig.parse(settings)),
    createLogger({ service: 'gateway', level: 'error' }),
  );

/** The whole gateway on a NATS server, a PostgreSQL and a folder of the test's own. Real: everything but quota. */
export class GatewayUnderTest {
  private people = 0;

  private constructor(
    private readonly folder: string,
    readonly nats: NatsServer,
    readonly postgres: PostgresServer,
    readonly quota: LedgerKeeper,
    readonly service: RunningService,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(settings: Partial<Record<keyof GatewayConfig, string>> = {}): Promise<GatewayUnderTest> {
    const folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-gateway-'));
    const [nats, postgres] = await Promise.all([
      startNats({ dataDir: path.join(folder, 'nats'), sync: 'default' }),
      startPostgres({ dataDir: path.join(folder, 'postgres'), fast: true }),
    ]);
    const quota = await LedgerKeeper.start(nats.url);
    const all = {
      NATS_URL: nats.url,
      DATABASE_URL: postgres.url,
      OBJECTS_DIR: path.join(folder, 'objects'),
      PORT: '0',
      LOG_LEVEL: 'error',
      ZOETROPE_SECRET_KEY: 'a secret key of the tests, long enough',
      ZOETROPE_INTERNAL_TOKEN: 'an internal token of the tests',
      RATE_SIGNUP: '100000', // every test's people come from one address
      ...settings,
    };
    return new GatewayUnderTest(folder, nats, postgres, quota, await startCopy(all), all);
  }

  /** One more copy on the same servers, for the test to stop. */
  async copy(settings: Partial<Record<keyof GatewayConfig, string>> = {}): Promise<RunningService> {
    return startCopy({ ...this.settings, ...settings });
  }

  get url(): string {
    return `http://127.0.0.1:${this.service.port}`;
  }

  async call(
    target: string,
    { method, cookie, port, body, headers = {} }: CallOptions = {},
  ): Promise<Answer> {
    const sent = body === undefined || isRaw(body) ? body : JSON.stringify(body);
    const json = body !== undefined && !isRaw(body);
    const response = await fetch(`http://127.0.0.1:${port ?? this.service.port}${target}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(json && { 'content-type': 'application/json' }), ...(cookie && { cookie }), ...headers },
      body: sent as RequestInit['body'],
      redirect: 'manual',
    });
    return answerOf(response);
  }

  /** Signs somebody new up, on the given plan. */
  async person(plan: PlanName = 'free'): Promise<{ id: string; cookie: string; email: string }> {
    const email = `person${++this.people}@example.com`;
    const answer = await this.call('/api/user/signup', {
      body: { email, password: 'correct horse', name: 'P' },
    });
    const cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    const id = answer.json.user.id as string;
    if (plan !== 'free') await this.changePlan(id, plan);
    return { id, cookie, email };
  }

  async changePlan(id: string, plan: PlanName): Promise<void> {
    const subject = accountSubject(id);
    const fact = PlanChanged({ ownerId: OwnerId.parse(id), plan });
    const expect = await this.service.log.lastSeq(subject);
    const outcome = await this.service.log.append(subject, fact, {
      expect,
      cause: { id: `test:${id}:${expect}` },
    });
    if (outcome.kind === 'appended') await this.service.app.get(Directory).waitFor(outcome.seq);
  }

  /** A project of somebody's. */
  async project(cookie: string): Promise<string> {
    return (await this.call('/api/projects', { cookie, body: { name: 'Shop' } })).json.id;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.quota.stop();
    await this.nats.stop();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
