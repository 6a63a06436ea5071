import { setTimeout as delay } from 'node:timers/promises';
import {
  type Buried,
  deadLetter,
  deadLetters,
  dropDeadLetter,
  orderRetry,
} from '@zoetrope/eventlog/dead-letter-box';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { Command, InvalidArgumentError } from 'commander';
import { OperatorError, withLog } from '../connections.js';
import { confirmed } from '../terminal/confirm.js';
import { printLetter, printLetters } from './print-letters.js';

/** How often a retry's end is looked for, ms. */
const LOOK_MS = 200;

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly all?: boolean;
  readonly durable?: string;
  readonly waitSeconds: number;
}

/** What became of one order. `asked`: it is not over yet. */
export interface RetryOutcome {
  readonly id: number;
  readonly outcome: 'done' | 'failed again' | 'asked';
  /** Its number now, and why, where it failed again. */
  readonly buried?: number;
  readonly why?: string;
}

const whole = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a whole number');
  return Number(text);
};
const wholes = (text: string, before: number[] = []): number[] => [...before, whole(text)];

/** `ops dead`: what handlers gave up on. */
export const deadCommand = (): Command =>
  new Command('dead')
    .description('what handlers gave up on: list, show, retry, drop')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(retryCommand())
    .addCommand(dropCommand())
    .addHelpText('after', '\nExample:\n  npm run ops -- dead retry --durable generator-due');

const tell = (json: boolean | undefined, value: unknown, lines: () => string[]): void =>
  void process.stdout.write(`${json ? JSON.stringify(value) : lines().join('\n')}\n`);

const listCommand = (): Command =>
  new Command('list')
    .description('all of them, oldest first')
    .option('--durable <name>', 'only those of one durable consumer')
    .option('--json', 'one JSON array')
    .addHelpText('after', '\nExample:\n  npm run ops -- dead list --durable quota-decide')
    .action((options: Options) =>
      withLog(async (log) => {
        const all = (await deadLetters(log)).filter(ofDurable(options));
        tell(options.json, all, () => printLetters(all));
      }),
    );

const showCommand = (): Command =>
  new Command('show')
    .description('one of them, with its error and the original')
    .argument('<id>', 'its number in the list', whole)
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  npm run ops -- dead show 12')
    .action((id: number, options: Options) =>
      withLog(async (log) => {
        const buried = await mustFind(log, id);
        tell(options.json, buried, () => printLetter(buried));
      }),
    );

const retryCommand = (): Command =>
  new Command('retry')
    .description('have the handler that gave it up try it again, after what ailed it is mended')
    .argument('[ids...]', 'numbers in the list', wholes)
    .option('--all', 'all of them')
    .option('--durable <name>', 'all of one durable consumer')
    .option('--wait-seconds <n>', 'how long to wait for their end', whole, 30)
    .option('--json', 'one JSON array')
    .addHelpText(
      'after',
      '\nExample:\n  npm run ops -- dead retry 12 13\n\nExit codes: 0 all done, 1 one failed again or is not over yet, 2 wrong use or no connection.',
    )
    .action((ids: number[], options: Options) =>
      withLog(async (log) => {
        const chosen = await choose(log, ids, options);
        const outcomes = await retry(log, chosen, options.waitSeconds * 1_000);
        tell(options.json, outcomes, () =>
          outcomes.map(({ id, outcome, buried, why }) =>
            [`${id}: ${outcome}`, ...(buried === undefined ? [] : [`now ${buried}: ${why}`])].join(', '),
          ),
        );
        if (outcomes.some(({ outcome }) => outcome !== 'done')) process.exitCode = 1;
      }),
    );

const dropCommand = (): Command =>
  new Command('drop')
    .description('take them away for good; what they asked for is never done')
    .argument('[ids...]', 'numbers in the list', wholes)
    .option('--all', 'all of them')
    .option('--durable <name>', 'all of one durable consumer')
    .option('--yes', 'without asking')
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  npm run ops -- dead drop 12 --yes')
    .action((ids: number[], options: Options) =>
      withLog(async (log) => {
        const chosen = await choose(log, ids, options);
        const dropped: number[] = [];
        if (await confirmed(`Drop ${chosen.length} for good?`, options))
          for (const { id } of chosen) if (await dropDeadLetter(log, id)) dropped.push(id);
        tell(options.json, { dropped }, () => [`dropped ${dropped.length}`]);
        if (dropped.length < chosen.length) process.exitCode = 1;
      }),
    );

const ofDurable =
  ({ durable }: Options) =>
  ({ letter }: Buried): boolean =>
    durable === undefined || letter.durable === durable;

async function mustFind(log: EventLog, id: number): Promise<Buried> {
  const buried = await deadLetter(log, id);
  if (!buried) throw new OperatorError(`there is no dead letter ${id}`);
  return buried;
}

async function choose(
  log: EventLog,
  ids: readonly number[] | undefined,
  options: Options,
): Promise<Buried[]> {
  const many = options.all || options.durable !== undefined;
  if (many === (ids ?? []).length > 0)
    throw new OperatorError('name dead letters by their numbers, or say --all or --durable <name>', 2);
  if (many) return (await deadLetters(log)).filter(ofDurable(options));
  return Promise.all((ids ?? []).map((id) => mustFind(log, id)));
}

/** Orders them tried again, and waits for their ends. */
export async function retry(
  log: EventLog,
  chosen: readonly Buried[],
  waitMs: number,
): Promise<RetryOutcome[]> {
  for (const buried of chosen) await orderRetry(log, buried);
  const deadline = performance.now() + waitMs;
  for (;;) {
    const left = await deadLetters(log);
    const outcomes = chosen.map((one) => outcomeOf(one, left));
    const over = outcomes.every(({ outcome }) => outcome !== 'asked');
    if (over || performance.now() > deadline) return outcomes;
    await delay(LOOK_MS);
  }
}

function outcomeOf({ id, letter }: Buried, left: readonly Buried[]): RetryOutcome {
  if (left.some((other) => other.id === id)) return { id, outcome: 'asked' };
  const anew = left.find(
    (other) =>
      other.id > id &&
      other.letter.durable === letter.durable &&
      other.letter.stream === letter.stream &&
      other.letter.seq === letter.seq,
  );
  return anew
    ? { id, outcome: 'failed again', buried: anew.id, why: anew.letter.why }
    : { id, outcome: 'done' };
}
