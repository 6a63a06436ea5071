import { randomUUID } from 'node:crypto';
import type { Recorded } from '@zoetrope/contracts/fact';
import { type AccountFact, AccountOpened, PlanChanged } from '@zoetrope/contracts/facts/tenant';
import type { OwnerId } from '@zoetrope/contracts/ids';
import { PlanName } from '@zoetrope/contracts/plans';
import { accountSubject } from '@zoetrope/contracts/subjects';
import { decideAndAppend } from '@zoetrope/eventlog/append-loop';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { Argument, Command } from 'commander';
import { withLog } from '../connections.js';
import { ownerOf } from '../owner-of.js';

/** `ops plan <email> <plan>`: changes an owner's plan from the next request on. */
export const planCommand = (): Command =>
  new Command('plan')
    .description("change an owner's plan, from their next request on")
    .argument('<email>', 'the account')
    .addArgument(new Argument('<plan>', 'the plan').choices(PlanName.options))
    .addHelpText('after', '\nExample:\n  npm run ops -- plan ada@example.com pro')
    .action(async (email: string, plan: string) => {
      const owner = await ownerOf(email);
      const outcome = await withLog((log) => changePlan(log, owner, PlanName.parse(plan)));
      process.stdout.write(`${email}: ${outcome}\n`);
    });

/** Appends what is missing on the account so that its plan is `plan`; says what it did. */
export async function changePlan(log: EventLog, ownerId: OwnerId, plan: PlanName): Promise<string> {
  const subject = accountSubject(ownerId);
  const decided = await decideAndAppend({
    log,
    subject,
    load: async () => {
      const last = (await log.last(subject)) as Recorded<AccountFact> | undefined;
      return { state: last?.data.plan, version: last?.meta.seq ?? 0 };
    },
    decide: (current: PlanName | undefined) => {
      if (current === plan) return undefined;
      return current ? PlanChanged({ ownerId, plan }) : AccountOpened({ ownerId, plan });
    },
    cause: { id: `ops-plan-${randomUUID()}` },
  });
  return decided.kind === 'appended' ? `now on ${plan}` : `already on ${plan}`;
}
