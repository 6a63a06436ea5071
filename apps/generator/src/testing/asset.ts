import { createHash, randomBytes } from 'node:crypto';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import type { GenerationFact } from '@zoetrope/contracts/facts/generation';
import { GenerationDenied, GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import {
  AssetPrepared,
  AssetRegenerateRequested,
  GenerationCancelRequested,
} from '@zoetrope/contracts/facts/request';
import { AssetId, CommandId, OwnerId, Period, ProjectId } from '@zoetrope/contracts/ids';
import { GeneratorDue } from '@zoetrope/contracts/messages';
import type { PrepareAsked, RegenerateAsked } from '@zoetrope/contracts/parameters';
import { PLANS, type PlanName } from '@zoetrope/contracts/plans';
import { assetSubject, dueSubject, ledgerSubject, stageAlarm } from '@zoetrope/contracts/subjects';
import { brokerOf } from '@zoetrope/eventlog/broker';
import { until } from '@zoetrope/eventlog/testing/until';
import type { GeneratorSystem } from './generator-system.js';

type Reserved = FactOf<typeof GenerationReserved>;
type Denied = FactOf<typeof GenerationDenied>;
const period = Period.parse('2026-11');
const hex = () => randomBytes(16).toString('hex');

/** One asset of a test, asked for and reserved by hand. */
export class TestAsset {
  readonly assetId = AssetId.parse(hex());
  readonly ownerId = OwnerId.parse(`owner-${hex()}`);
  readonly projectId = ProjectId.parse(`prj_${'0'.repeat(20)}`);
  /** Sequence and command of each ask, by number. */
  readonly asks = new Map<number, { readonly seq: number; readonly commandId: CommandId }>();

  constructor(
    private readonly system: Pick<GeneratorSystem, 'logs'>,
    private readonly plan: PlanName = 'pro',
  ) {}

  async prepare(src: string, asked: PrepareAsked): Promise<void> {
    const defaults = { motion: 'medium', mode: 'loop', dur_seconds: 2 } as const;
    const more = { number: 1, period, src, asked, defaults, requestedBy: 'api' } as const;
    await this.ask(1, (commandId) => AssetPrepared({ ...this.who(commandId), ...more }));
  }

  async regenerate(number: number, asked: RegenerateAsked = {}): Promise<void> {
    const more = { number, period, asked, requestedBy: 'api' } as const;
    await this.ask(number, (commandId) => AssetRegenerateRequested({ ...this.who(commandId), ...more }));
  }

  async cancel(generation: number): Promise<void> {
    const commandId = CommandId.parse(`cmd_${hex()}`);
    const fact = GenerationCancelRequested({ ...this.who(commandId), generation, number: this.asks.size });
    await this.system.logs.gateway.append(this.subject('request'), fact, { cause: { id: commandId } });
  }

  /** Quota's fact, as its readers get it. */
  async reserve(generation: number): Promise<Recorded<Reserved>> {
    const { model, included: limit } = PLANS[this.plan];
    const entry = { ...this.entry(generation), model, limit, overage: false, priceCents: 0 };
    return this.ledger(GenerationReserved(entry));
  }

  async deny(generation: number): Promise<Recorded<Denied>> {
    return this.ledger(GenerationDenied({ ...this.entry(generation), limit: 100, reason: 'limit' }));
  }

  /** Wakes the generators as a callback or an alarm does; resolves when they have handled it. */
  async ring(due: Omit<GeneratorDue, 'assetId' | 'requestSeq'>): Promise<void> {
    const { generation, stage, attempt } = due;
    const name = stageAlarm(this.assetId, generation, stage, attempt);
    const { gateway } = this.system.logs;
    const requestSeq = due.kind === 'callback' ? undefined : this.asks.get(generation)?.seq;
    await gateway.alarms.ring(
      'generator',
      name,
      GeneratorDue.parse({ ...due, assetId: this.assetId, requestSeq }),
    );
    const { manager } = brokerOf(gateway);
    const rung = await manager.streams.getMessage('TIMERS', { last_by_subj: dueSubject('generator', name) });
    await until('it is handled', async () => {
      const { ack_floor } = await manager.consumers.info('TIMERS', 'generator-due');
      return ack_floor.stream_seq >= (rung?.seq ?? 0);
    });
  }

  begin(): Promise<void> {
    return this.ring({ generation: 1, stage: 'begin', attempt: 1, kind: 'begin' });
  }

  async facts(): Promise<Recorded<GenerationFact>[]> {
    const facts = await this.system.logs.gateway.readCurrent(this.subject('generation'));
    return facts as Recorded<GenerationFact>[];
  }

  /** The facts of one generation as `Type` or `Type(stage, attempt)`. */
  async story(generation: number): Promise<string[]> {
    const own = (await this.facts()).filter(({ data }) => data.generation === generation);
    return own.map(({ type, data }) =>
      'stage' in data && 'attempt' in data ? `${type}(${data.stage}, ${data.attempt})` : type,
    );
  }

  /** The first fact of that type and generation, as soon as it is there. */
  until<T extends GenerationFact['type']>(
    generation: number,
    type: T,
    timeoutMs = 25_000,
  ): Promise<Extract<Recorded<GenerationFact>, { type: T }>> {
    return until(
      `${type} of generation ${generation}`,
      async () => {
        const own = (await this.facts()).filter(({ data }) => data.generation === generation);
        const found = own.find((fact) => fact.type === type);
        if (found) return found as Extract<Recorded<GenerationFact>, { type: T }>;
        const ended = own.find((fact) => fact.type === 'GenerationFailed');
        if (ended) throw new Error(`it failed: ${JSON.stringify(ended.data)}`);
        return undefined;
      },
      timeoutMs,
    );
  }

  /** What stands on every fact of a generation that a test writes in the generator's place. */
  base(generation: number) {
    const ask = this.askOf(generation);
    const latest = { generation, requestSeq: ask.seq };
    return { ...this.who(ask.commandId), period, generation, requestSeq: ask.seq, latest };
  }

  subject(part: 'request' | 'generation'): string {
    return assetSubject(this.assetId, part);
  }

  private who(commandId: CommandId) {
    const { assetId, projectId, ownerId } = this;
    return { assetId, projectId, ownerId, commandId };
  }

  private entry(generation: number) {
    const { seq, commandId } = this.askOf(generation);
    const { assetId, projectId, plan } = this;
    return { commandId, assetId, projectId, generation, requestSeq: seq, plan };
  }

  private askOf(generation: number) {
    const ask = this.asks.get(generation);
    if (!ask) throw new Error(`nobody asked for generation ${generation}`);
    return ask;
  }

  private async ask(
    number: number,
    make: (
      commandId: CommandId,
    ) => ReturnType<typeof AssetPrepared> | ReturnType<typeof AssetRegenerateRequested>,
  ): Promise<void> {
    const commandId = CommandId.parse(
      `cmd_${createHash('md5').update(`${this.assetId}${number}`).digest('hex')}`,
    );
    const options = { cause: { id: commandId, requestId: `request-${number}` } };
    const outcome = await this.system.logs.gateway.append(this.subject('request'), make(commandId), options);
    if (outcome.kind !== 'appended') throw new Error('the ask met a conflict');
    this.asks.set(number, { seq: outcome.seq, commandId });
  }

  private async ledger<T extends Reserved | Denied>(fact: T): Promise<Recorded<T>> {
    const { commandId } = fact.data;
    const cause = { id: commandId, requestId: `request-${fact.data.generation}` };
    const { quota } = this.system.logs;
    const outcome = await quota.append(ledgerSubject(this.ownerId, period), fact, { cause });
    if (outcome.kind !== 'appended') throw new Error('the ledger met a conflict');
    return (await quota.get('QUOTA', outcome.seq)) as Recorded<T>;
  }
}
