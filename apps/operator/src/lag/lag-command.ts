import { type ConsumerLag, consumerLags } from '@zoetrope/eventlog/consumer-lag';
import { deadLetters } from '@zoetrope/eventlog/dead-letter-box';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { PROJECTIONS } from '@zoetrope/projections/all';
import { livePosition, NotProjected } from '@zoetrope/projections/live-position';
import { Command, InvalidArgumentError } from 'commander';
import type { Client } from 'pg';
import { withDatabase, withLog } from '../connections.js';
import { bold, red, yellow } from '../terminal/colours.js';

/** How far one projection is behind its stream, in sequences. */
export interface ProjectionLag {
  readonly projection: string;
  readonly stream: string;
  readonly position: number;
  readonly last: number;
  readonly behind: number;
}

export interface Lag {
  readonly consumers: readonly ConsumerLag[];
  readonly projections: readonly ProjectionLag[];
  readonly dead_letters: number;
}

const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number');
  return Number(text);
};

/** `ops lag`: what waits, and where. */
export const lagCommand = (): Command =>
  new Command('lag')
    .description('what waits for each consumer and each projection, and what was given up')
    .option('--max <n>', 'exit code 1 if more than so many wait anywhere', whole)
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  npm run ops -- lag --max 1000')
    .action(async (options: { max?: number; json?: boolean }) => {
      const lag = await withLog((log) => withDatabase((database) => readLag(log, database)));
      process.stdout.write(`${options.json ? JSON.stringify(lag) : printLag(lag).join('\n')}\n`);
      if (options.max !== undefined && longest(lag) > options.max) process.exitCode = 1;
    });

const longest = ({ consumers, projections }: Lag): number =>
  Math.max(
    ...consumers.map(({ pending, unacknowledged }) => pending + unacknowledged),
    ...projections.map(({ behind }) => behind),
  );

/** Everything that waits now. */
export async function readLag(log: EventLog, database: Pick<Client, 'query'>): Promise<Lag> {
  const query = async (text: string, values?: unknown[]) => (await database.query(text, values)).rows;
  const projections: ProjectionLag[] = [];
  for (const { name, stream } of PROJECTIONS) {
    const last = await log.lastStreamSeq(stream);
    const position = await livePosition({ query } as never, stream)
      .then(({ seq }) => seq)
      .catch((error) => {
        if (error instanceof NotProjected) return 0;
        throw error;
      });
    projections.push({ projection: name, stream, position, last, behind: Math.max(0, last - position) });
  }
  return { consumers: await consumerLags(log), projections, dead_letters: (await deadLetters(log)).length };
}

const marked = (n: number, text: string): string => (n > 0 ? yellow(text) : text);

/** A table for a person. */
export function printLag({ consumers, projections, dead_letters }: Lag): string[] {
  const column = (n: number) => marked(n, String(n).padStart(10));
  return [
    bold(
      `${'consumer'.padEnd(30)} ${'stream'.padEnd(11)} ${'waiting'.padStart(10)} ${'in hand'.padStart(10)} ${'again'.padStart(10)}`,
    ),
    ...consumers.map(
      ({ durable, stream, pending, unacknowledged, redelivered }) =>
        `${durable.padEnd(30)} ${stream.padEnd(11)} ${column(pending)} ${column(unacknowledged)} ${column(redelivered)}`,
    ),
    '',
    bold(`${'projection'.padEnd(30)} ${'stream'.padEnd(11)} ${'behind'.padStart(10)} ${'of'.padStart(10)}`),
    ...projections.map(
      ({ projection, stream, behind, last }) =>
        `${projection.padEnd(30)} ${stream.padEnd(11)} ${column(behind)} ${String(last).padStart(10)}`,
    ),
    '',
    dead_letters > 0 ? red(`${dead_letters} given up (npm run ops -- dead list)`) : 'nothing was given up',
  ];
}
