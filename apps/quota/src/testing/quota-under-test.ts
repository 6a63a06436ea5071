import { createHash } from 'node:crypto';
import type { Recorded } from '@zoetrope/contracts/fact';
import {
  type GenerationCancelled,
  type GenerationFailed,
  Mp4Stored,
} from '@zoetrope/contracts/facts/generation';
import { AssetPrepared } from '@zoetrope/contracts/facts/request';
import { AccountOpened, BillingChanged, PlanChanged } from '@zoetrope/contracts/facts/tenant';
import { AssetId, CommandId, OwnerId, Period, ProjectId } from '@zoetrope/contracts/ids';
import type { Decision } from '@zoetrope/contracts/messages';
import type { PlanName } from '@zoetrope/contracts/plans';
import {
  accountSubject,
  assetSubject,
  decisionSubject,
  ledgerSubject,
  projectSubject,
} from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { parseConfig, serviceConfig } from '@zoetrope/platform/config';
import { createLogger } from '@zoetrope/platform/logging';
import { type RunningService, startService } from '@zoetrope/platform/service';
import { QuotaModule } from '../quota.module.js';

const hex = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

export type Outcome = ReturnType<typeof Mp4Stored | typeof GenerationFailed | typeof GenerationCancelled>;

/** A nats-server and copies of quota. Requests and outcomes are appended by hand, as gateway and generator do. */
export class QuotaUnderTest {
  readonly period = Period.parse('2026-11');
  readonly projectId = ProjectId.parse(`prj_${'0'.repeat(20)}`);
  readonly copies: RunningService[] = [];

  private constructor(
    readonly server: LogServer,
    readonly gateway: EventLog,
    readonly generator: EventLog,
  ) {}

  static async start(copies: number): Promise<QuotaUnderTest> {
    const server = await LogServer.start();
    const quota = new QuotaUnderTest(
      server,
      await server.connect('gateway'),
      await server.connect('generator'),
    );
    await quota.startCopies(copies);
    return quota;
  }

  async startCopies(count: number): Promise<void> {
    this.copies.push(...(await Promise.all(Array.from({ length: count }, () => this.copy()))));
  }

  async stopCopies(): Promise<void> {
    await Promise.all(this.copies.splice(0).map((copy) => copy.stop()));
  }

  async stop(): Promise<void> {
    await this.stopCopies();
    await this.server.stop();
  }

  ids(owner: string, n: number) {
    return {
      assetId: AssetId.parse(hex(`${owner}-asset-${n}`)),
      projectId: this.projectId,
      ownerId: OwnerId.parse(owner),
      commandId: CommandId.parse(`cmd_${hex(`${owner}-command-${n}`)}`),
    };
  }

  prepared(owner: string, n: number, period = this.period) {
    return AssetPrepared({
      ...this.ids(owner, n),
      number: 1,
      period,
      src: 'https://example.com/a.jpg',
      asked: {},
      defaults: { motion: 'medium', mode: 'loop', dur_seconds: 4 },
      requestedBy: 'api',
    });
  }

  /** Asks as the gateway does and waits for the decision. */
  async ask(owner: string, n: number, period = this.period): Promise<Decision> {
    const fact = this.prepared(owner, n, period);
    const { commandId, assetId } = fact.data;
    const heard = this.heard(commandId);
    await this.gateway.append(assetSubject(assetId, 'request'), fact, {
      expect: 0,
      cause: { id: commandId },
    });
    return heard;
  }

  /** What is said next of a command. */
  heard(commandId: string): Promise<Decision> {
    const { promise, resolve } = Promise.withResolvers<Decision>();
    const subscription = this.gateway.core.subscribe(decisionSubject(commandId), (data) => {
      subscription.stop();
      resolve(data as Decision);
    });
    return promise;
  }

  /** What every fact of the generation carries. */
  base(owner: string, n: number, period = this.period) {
    return {
      ...this.ids(owner, n),
      period,
      generation: 1,
      requestSeq: 1,
      latest: { generation: 1, requestSeq: 1 },
    };
  }

  stored(owner: string, n: number, period = this.period) {
    return Mp4Stored({
      ...this.base(owner, n, period),
      key: 'k',
      sha256: 'a'.repeat(64),
      bytes: 1,
      durationMs: 1,
      width: 2,
      height: 2,
      loopMode: 'none',
      model: 'wan-fast',
      posterKey: 'p',
      latencyMs: 1,
    });
  }

  async end(fact: Outcome): Promise<void> {
    await this.generator.append(assetSubject(fact.data.assetId, 'generation'), fact, {
      cause: { id: `outcome-of-${fact.data.commandId}` },
    });
  }

  ledger(owner: string, period = this.period): Promise<Recorded[]> {
    return this.gateway.readCurrent(ledgerSubject(owner, period));
  }

  async types(owner: string, period = this.period): Promise<string[]> {
    return (await this.ledger(owner, period)).map(({ type }) => type);
  }

  async plan(owner: string, plan: PlanName): Promise<void> {
    const ownerId = OwnerId.parse(owner);
    const subject = accountSubject(ownerId);
    const expect = await this.gateway.lastSeq(subject);
    const fact = expect === 0 ? AccountOpened({ ownerId, plan }) : PlanChanged({ ownerId, plan });
    await this.gateway.append(subject, fact, { expect, cause: { id: `plan-${owner}-${expect}` } });
  }

  async billing(owner: string, overageEnabled: boolean, overageCap: number | null): Promise<void> {
    const { projectId } = this;
    const subject = projectSubject(projectId);
    const expect = await this.gateway.lastSeq(subject);
    const fact = BillingChanged({ projectId, ownerId: OwnerId.parse(owner), overageEnabled, overageCap });
    await this.gateway.append(subject, fact, { expect, cause: { id: `billing-${expect}` } });
  }

  private copy(): Promise<RunningService> {
    const config = parseConfig(serviceConfig, { NATS_URL: this.server.url, LOG_LEVEL: 'silent' });
    const logger = createLogger({ service: 'quota', level: 'silent' });
    return startService({ name: 'quota', module: QuotaModule, config }, logger);
  }
}
