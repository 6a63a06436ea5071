import { PROJECTIONS } from '@zoetrope/projections/all';
import { dropKept } from '@zoetrope/projections/kept-tables';
import type { Projection } from '@zoetrope/projections/projection';
import { Command } from 'commander';
import { withDataSource, withLog } from '../connections.js';
import { confirmed } from '../terminal/confirm.js';
import { Progress } from '../terminal/progress.js';
import { dropOldCommand } from './drop-old-command.js';
import { printReplayed } from './print-replayed.js';
import { type Replayed, replayProjection } from './replay-projection.js';
import { replayWebhooksCommand } from './replay-webhooks-command.js';

interface Options {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly dropOld?: boolean;
  readonly json?: boolean;
}

/** `ops replay <projection>`: reaches projections only, so it never appends a fact nor asks anybody outside. */
export function replayCommand(): Command {
  const command = new Command('replay')
    .description('make read models again from the log, or send webhooks again')
    .addHelpText('after', '\nExample:\n  npm run ops -- replay assets --dry-run');
  for (const each of PROJECTIONS) command.addCommand(projectionCommand(each.name, [each]));
  command.addCommand(projectionCommand('all', PROJECTIONS));
  command.addCommand(dropOldCommand());
  command.addCommand(replayWebhooksCommand());
  return command;
}

const projectionCommand = (name: string, projections: readonly Projection[]): Command =>
  new Command(name)
    .description(
      `make ${projections.flatMap(({ tables }) => tables).join(', ')} again beside the live tables, compare, swap`,
    )
    .option('--dry-run', 'compare and change nothing; exit code 1 if a row differs')
    .option('--yes', 'swap even if rows differ, without asking')
    .option('--drop-old', 'do not keep the tables that were live')
    .option('--json', 'one JSON object for each projection')
    .addHelpText('after', `\nExample:\n  npm run ops -- replay ${name} --yes --drop-old`)
    .action((options: Options) => replayAll(projections, options));

async function replayAll(projections: readonly Projection[], options: Options): Promise<void> {
  await withDataSource((database) =>
    withLog(async (log) => {
      for (const projection of projections) {
        const progress = new Progress(projection.name);
        const replayed = await replayProjection({
          ...{ database, log, projection },
          dryRun: options.dryRun ?? false,
          swapAnyway: (differences) => {
            progress.end();
            return confirmed(`${differences} rows of ${projection.name} differ. Swap?`, options);
          },
          onProgress: (position, target) => progress.show(position, target),
        }).finally(() => progress.end());
        if (options.dropOld && replayed.kept) await dropKept(database, replayed.kept);
        tell(replayed, options);
      }
    }),
  );
}

function tell(replayed: Replayed, { json }: Options): void {
  const lines = json ? [JSON.stringify(replayed)] : printReplayed(replayed);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (replayed.differences > 0 && !replayed.swapped) process.exitCode = 1;
}
