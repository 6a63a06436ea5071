import type { Recorded } from '@zoetrope/contracts/fact';
import type { AccountFact } from '@zoetrope/contracts/facts/tenant';
import { type OwnerId, Period, periodOf } from '@zoetrope/contracts/ids';
import { accountSubject, ledgerSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { Command } from 'commander';
import { OperatorError, withLog } from '../connections.js';
import { ownerOf } from '../owner-of.js';
import { printUsage } from './print-usage.js';
import { type UsageReport, usageReport } from './usage-report.js';

/** `ops usage <email>`: what an owner's month was used for, entry by entry. */
export const usageCommand = (): Command =>
  new Command('usage')
    .description("explain an owner's month from the entries of its ledger")
    .argument('<email>', 'the account')
    .option('--period <yyyy-mm>', 'another UTC month than the present one')
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  npm run ops -- usage ada@example.com --period 2026-10')
    .action(async (email: string, options: { period?: string; json?: boolean }) => {
      const period = Period.safeParse(options.period ?? periodOf(Date.now()));
      if (!period.success) throw new OperatorError(`${options.period} is not a month (yyyy-mm)`);
      const ownerId = await ownerOf(email);
      const report = await withLog((log) => readUsage(log, ownerId, period.data));
      const lines = options.json ? [JSON.stringify(report)] : printUsage(email, report);
      process.stdout.write(`${lines.join('\n')}\n`);
    });

/** Reads one month of an owner, as the leader knows it. */
export async function readUsage(log: EventLog, ownerId: OwnerId, period: Period): Promise<UsageReport> {
  const account = (await log.last(accountSubject(ownerId))) as Recorded<AccountFact> | undefined;
  const facts = await log.readCurrent(ledgerSubject(ownerId, period));
  return usageReport({ ownerId, period, plan: account?.data.plan ?? 'free' }, facts);
}
