import { createHash, randomBytes } from 'node:crypto';
import { CommandId, ProjectId } from '@zoetrope/contracts/ids';
import type { WebhookDue } from '@zoetrope/contracts/messages';
import { webhookAlarm } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Client } from 'pg';
import { OperatorError, withDatabase, withLog } from '../connections.js';
import { confirmed } from '../terminal/confirm.js';
import { Progress } from '../terminal/progress.js';

/** How many are rung at once. */
const AT_ONCE = 50;

/** Those of a range; what is on its way needs no replay. Unix ms, `to` is not in it. */
const IN_RANGE = `
  SELECT id, stream, project_id, source_seq AS seq, status FROM (
    SELECT id, 'ASSETS' AS stream, project_id, source_seq, status, created_at FROM views.delivery
    UNION ALL
    SELECT id, 'TENANTS' AS stream, project_id, source_seq, status, created_at FROM views.endpoint_delivery) d
  WHERE created_at >= $1 AND created_at < $2 AND source_seq IS NOT NULL AND status <> 'pending'
    AND ($3::text IS NULL OR project_id = $3) AND ($4::text IS NULL OR status = $4)
  ORDER BY created_at, id`;

interface Chosen {
  readonly id: string;
  readonly stream: 'ASSETS' | 'TENANTS';
  readonly project_id: string;
  readonly seq: string;
  readonly status: string;
}

export interface WebhookRange {
  /** Unix ms; `to` is not in it. */
  readonly from: number;
  readonly to: number;
  readonly project?: string;
  readonly status?: string;
}

interface Options extends WebhookRange {
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const instant = (text: string): number => {
  const ms = /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('an ISO 8601 time or Unix milliseconds');
  return ms;
};

const project = (text: string): string => {
  if (!ProjectId.safeParse(text).success) throw new InvalidArgumentError('a project id (prj_…)');
  return text;
};

/** `ops replay webhooks`: has deliveries of a time range sent again, under the same webhook-ids. */
export const replayWebhooksCommand = (): Command =>
  new Command('webhooks')
    .description('send the webhooks of a time range again, each under its webhook-id')
    .requiredOption('--from <time>', 'first instant, by when they were first to be sent', instant)
    .requiredOption('--to <time>', 'end of the range, not in it', instant)
    .option('--project <id>', 'only those of one project', project)
    .addOption(
      new Option('--status <status>', 'only those').choices(['delivered', 'failed', 'dead_letter', 'held']),
    )
    .option('--dry-run', 'only count them')
    .option('--again', 'send also what this very command has sent today')
    .option('--yes', 'without asking')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  npm run ops -- replay webhooks --from 2026-11-21T08:00Z --to 2026-11-21T09:30Z --status dead_letter --dry-run\n\n' +
        'The same command again, with the same range and filters on the same day, sends nothing twice: it goes on where it was stopped (unless --again).',
    )
    .action(async (options: Options) => {
      if (options.to <= options.from) throw new OperatorError('--to must be after --from', 2);
      const chosen = await withDatabase((database) => choose(database, options));
      const projects = new Set(chosen.map(({ project_id }) => project_id)).size;
      const told = { count: chosen.length, projects, by_status: countBy(chosen) };
      const what = `${told.count} webhooks of ${projects} projects (${statuses(told.by_status)})`;
      const send = !options.dryRun && chosen.length > 0 && (await confirmed(`Send ${what} again?`, options));
      if (send) await withLog((log) => ring(log, chosen, commandOf(options, new Date())));
      const verb = send ? 'asked to be sent again' : 'nothing was sent';
      const line = options.json ? JSON.stringify({ ...told, sent: send }) : `${what}: ${verb}`;
      process.stdout.write(`${line}\n`);
    });

const countBy = (chosen: readonly Chosen[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(chosen, ({ status }) => status)].map(([status, all]) => [status, all.length]),
  );
const statuses = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([status, n]) => `${n} ${status}`)
    .join(', ') || 'none';

/** The deliveries that a replay would send. */
export async function choose(database: Pick<Client, 'query'>, range: WebhookRange): Promise<Chosen[]> {
  const { from, to, project: projectId = null, status = null } = range;
  return (await database.query<Chosen>(IN_RANGE, [from, to, projectId, status])).rows;
}

/** One command a range and day, so that an interrupted run may be repeated: a delivery heeds each command once. */
function commandOf({ from, to, project: id, status, again }: Options, now: Date): CommandId {
  if (again) return CommandId.parse(`cmd_${randomBytes(16).toString('hex')}`);
  const name = JSON.stringify(['replay webhooks', from, to, id, status, now.toISOString().slice(0, 10)]);
  return CommandId.parse(`cmd_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`);
}

/** Rings each at the notifier, which sends them in their endpoints' lanes. */
export async function ring(log: EventLog, chosen: readonly Chosen[], replay: CommandId): Promise<void> {
  const progress = new Progress('webhooks');
  for (let at = 0; at < chosen.length; at += AT_ONCE) {
    const some = chosen.slice(at, at + AT_ONCE);
    await Promise.all(
      some.map(({ id, stream, project_id, seq }) => {
        const due: WebhookDue = { projectId: ProjectId.parse(project_id), stream, seq: Number(seq), replay };
        return log.alarms.ring('notifier', webhookAlarm(id), due);
      }),
    );
    progress.show(at + some.length, chosen.length);
  }
  progress.end();
}
