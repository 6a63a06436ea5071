import type { Recorded } from '@zoetrope/contracts/fact';
import type { LedgerFact } from '@zoetrope/contracts/facts/ledger';
import { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { AccountOpened, BillingChanged, PlanChanged } from '@zoetrope/contracts/facts/tenant';
import { AssetId, ProjectId, periodOf } from '@zoetrope/contracts/ids';
import { type Decision, DecisionQuestion } from '@zoetrope/contracts/messages';
import type { PlanName } from '@zoetrope/contracts/plans';
import {
  accountSubject,
  DECISION_QUESTION,
  decisionSubject,
  FILTERS,
  ledgerSubject,
  projectSubject,
} from '@zoetrope/contracts/subjects';
import { type Ask } from '@zoetrope/domain/asset';
import { type Entry, entryOf, foldLedger, reserve } from '@zoetrope/domain/ledger';
import { connectLog } from '@zoetrope/eventlog/connect';
import type { EventLog, Follow } from '@zoetrope/eventlog/event-log';
import { randomIds } from '@zoetrope/platform/clock';

const decisionOf = (commandId: Ask['commandId'], entry: Entry | undefined): Decision => {
  if (!entry) return { outcome: 'undecided', commandId };
  if (entry.state === 'denied') {
    return { outcome: 'denied', commandId, generation: entry.generation, reason: entry.reason };
  }
  return { outcome: 'reserved', commandId, generation: entry.generation };
};

/**
 * Quota's part in the gateway's tests: the real decider on the real ledger, in the test's process, since an app may
 * not import another. Unlike the real one it can be silent for as long as a test wants.
 */
export class LedgerKeeper {
  private follow?: Follow;
  private silence: Promise<void> = Promise.resolve();
  /** Says nothing on `decision.<id>`: then it must be asked. */
  mute = false;

  private constructor(readonly log: EventLog) {}

  static async start(url: string): Promise<LedgerKeeper> {
    const keeper = new LedgerKeeper(await connectLog(url, { service: 'quota' }));
    await keeper.log.ensureStreams();
    keeper.follow = await keeper.log.follow(
      'ASSETS',
      { subjects: [FILTERS.requests], from: 'start' },
      (fact) => keeper.decide(fact),
    );
    keeper.log.core.respond(DECISION_QUESTION, async (data) => {
      const { ownerId, period, commandId } = DecisionQuestion.parse(data);
      return decisionOf(commandId, entryOf(await keeper.ledger(ownerId, period), commandId));
    });
    return keeper;
  }

  /** Decides nothing until the returned function is called. */
  beSilent(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.silence = promise;
    return resolve;
  }

  /** Sets `count` generations of the owner's month aside. */
  async fillMonth(ownerId: string, count: number): Promise<void> {
    const period = periodOf(Date.now());
    for (let generation = 1; generation <= count; generation++) {
      const ids = {
        assetId: AssetId.parse('f'.repeat(32)),
        projectId: ProjectId.parse(`prj_${'f'.repeat(20)}`),
      };
      const commandId = randomIds.commandId();
      const command = {
        commandId,
        ...ids,
        generation,
        requestSeq: 1,
        overageEnabled: false,
        overageCap: null,
      };
      const decision = reserve({ ...command, plan: 'team' })(foldLedger([]));
      if (decision.kind !== 'record' || !decision.facts[0]) throw new Error('the month could not be filled');
      await this.log.append(ledgerSubject(ownerId, period), decision.facts[0], { cause: { id: commandId } });
    }
  }

  async stop(): Promise<void> {
    await this.follow?.stop();
    await this.log.close();
  }

  private async ledger(ownerId: string, period: string) {
    return foldLedger((await this.log.readCurrent(ledgerSubject(ownerId, period))) as Recorded<LedgerFact>[]);
  }

  private async decide(fact: Recorded): Promise<void> {
    await this.silence;
    if (!AssetPrepared.is(fact) && !AssetRegenerateRequested.is(fact)) return;
    const { ownerId, period, commandId, assetId, projectId, number: generation } = fact.data;
    const entry = { commandId, assetId, projectId, generation, requestSeq: fact.meta.seq };
    const command = { ...entry, ...(await this.terms(ownerId, projectId)) };
    const decision = reserve(command)(await this.ledger(ownerId, period));
    const subject = ledgerSubject(ownerId, period);
    if (decision.kind === 'record' && decision.facts[0]) {
      await this.log.append(subject, decision.facts[0], { cause: { id: commandId } });
    }
    const decided = decisionOf(commandId, entryOf(await this.ledger(ownerId, period), commandId));
    if (!this.mute) this.log.core.publish(decisionSubject(commandId), decided);
  }

  private async terms(ownerId: string, projectId: string) {
    const account = await this.log.last(accountSubject(ownerId));
    const isPlan = account && (AccountOpened.is(account) || PlanChanged.is(account));
    const plan: PlanName = isPlan ? account.data.plan : 'free';
    const billing = (await this.log.readCurrent(projectSubject(projectId))).findLast((fact) =>
      BillingChanged.is(fact),
    );
    const { overageEnabled = false, overageCap = null } =
      billing && BillingChanged.is(billing) ? billing.data : {};
    return { plan, overageEnabled, overageCap };
  }
}
