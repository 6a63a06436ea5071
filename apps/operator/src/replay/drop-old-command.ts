import { dropKept, keptTables } from '@zoetrope/projections/kept-tables';
import { Command } from 'commander';
import { withDataSource } from '../connections.js';
import { confirmed } from '../terminal/confirm.js';

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

interface Options {
  readonly yes?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
}

/** `ops replay drop-old`: the tables that replays took the place of. */
export const dropOldCommand = (): Command =>
  new Command('drop-old')
    .description('drop the tables that replays have kept')
    .option('--list', 'only say which')
    .option('--yes', 'without asking')
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  npm run ops -- replay drop-old --list')
    .action((options: Options) =>
      withDataSource(async (database) => {
        const kept = await keptTables(database);
        const say = (text: string) => void (options.json || process.stdout.write(`${text}\n`));
        for (const { schema, bytes } of kept) say(`${schema}  ${megabytes(bytes)}`);
        if (kept.length === 0) say('nothing is kept');
        const drop =
          kept.length > 0 && !options.list && (await confirmed(`Drop ${kept.length} for good?`, options));
        if (drop) for (const { schema } of kept) await dropKept(database, schema);
        if (drop) say('dropped');
        if (options.json) process.stdout.write(`${JSON.stringify({ kept, dropped: drop })}\n`);
      }),
    );
