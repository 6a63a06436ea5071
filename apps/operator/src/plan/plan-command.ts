import { randomUUID } from 'node:crypto';
import type { Recorded } from '@zoetrope/contracts/fact';
import { type AccountFact, AccountOpened, PlanChanged } from '@zoetrope/contracts/facts/tenant';
import { OwnerId } from '@zoetrope/contracts/ids';
import { PlanName } from '@zoetrope/contracts/plans';
import { accountSubject } from '@zoetrope/contracts/subjects';
import { decideAndAppend } from '@zoetrope/eventlog/append-loop';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { Argument, Command } from 'commander';
import { OperatorError, withDatabase, withLog } from '../connections.js';

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

async function ownerOf(email: string): Promise<OwnerId> {
  const { rows } = await withDatabase((database) =>
    database.query<{ id: string }>('SELECT id FROM secrets."user" WHERE email = $1', [email.toLowerCase()]),
  );
  if (!rows[0]) throw new OperatorError(`no account has the e-mail address ${email}`);
  return OwnerId.parse(rows[0].id);
}

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
