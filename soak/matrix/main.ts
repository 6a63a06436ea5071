import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import sharp from 'sharp';
import { pool } from '../support/pool.ts';
import { type Soak, soakCommand, wholeNumber } from '../support/soak.ts';
import { Accounts } from './accounts.ts';
import { faultsOf, motionFaults, type Row } from './checks.ts';
import { allCombinations, type Combination, fewCombinations, nameOf } from './combinations.ts';
import { table } from './table.ts';
import { videoOf } from './video.ts';

interface Options {
  readonly quick?: boolean;
  readonly only?: string;
  readonly photo: string;
  readonly seconds: string;
  readonly width: number;
  readonly patience: number;
}

const root = path.resolve(import.meta.dirname, '../..');

const command = new Command('matrix')
  .description(
    'Every plan, mode, motion and aspect that is allowed, on a photograph: each video is fetched through its proxy ' +
      'URL, probed, decoded, and its seam measured. Prints the table; exit code 1 when a row is wrong.',
  )
  .option('--quick', 'one of each kind, small: what `npm test` runs')
  .option('--only <words>', 'only cells whose name begins so: "pro loop"')
  .option('--photo <file>', 'the source', path.join(root, 'libs/media/fixtures/photos/temple.jpg'))
  .option('--seconds <list>', 'lengths that go round the cells', '2,3,4')
  .option('--width <n>', 'generations at the same time', wholeNumber, 3)
  .option('--patience <s>', 'seconds without a video before a cell is given up', wholeNumber, 300);

/** The seed is the same in all cells, so that motions differ by their strength alone. */
const SEED = 7;
const SMALL = 320;

async function photoOf({ photo, quick }: Options): Promise<Buffer> {
  const bytes = readFileSync(photo);
  return quick
    ? sharp(bytes).resize({ width: SMALL, height: SMALL, fit: 'outside' }).jpeg().toBuffer()
    : bytes;
}

/** Asks until the video is there: the gateway holds each answer back for up to ten seconds. */
async function fetched(mp4Url: string, patienceMs: number): Promise<Response> {
  const url = new URL(mp4Url);
  url.searchParams.set('wait_ms', '10000');
  for (const until = Date.now() + patienceMs; ; ) {
    const answer = await fetch(url);
    if (answer.status === 200) return answer;
    const text = await answer.text();
    if (answer.status !== 202) throw new Error(`answered ${answer.status} ${text}`);
    if (Date.now() > until) throw new Error(`no video after ${patienceMs / 1000} s`);
  }
}

async function rowOf(accounts: Accounts, asked: Combination, patienceMs: number): Promise<Row> {
  const { customer, src } = await accounts.next(asked.plan);
  const { mode, motion, aspect, seconds } = asked;
  const parameters = { mode, motion, dur_seconds: seconds, ...(aspect === 'preserve' ? {} : { aspect }) };
  const { status, text, body } = await customer.prepare({ src, seed: SEED, ...parameters });
  if (status !== 200) throw new Error(`prepare answered ${status} ${text}`);
  const answer = await fetched(body.mp4_url, patienceMs);
  const header = (name: string) => answer.headers.get(name) ?? 'none given';
  const served = { loop: header('x-zoetrope-loop'), type: header('content-type') };
  return { asked, served, video: await videoOf(Buffer.from(await answer.arrayBuffer())) };
}

function combinationsOf({ quick, only = '', seconds }: Options): readonly Combination[] {
  const all = quick ? fewCombinations : allCombinations(seconds.split(',').map(Number));
  const chosen = all.filter((combination) => nameOf(combination).startsWith(only));
  if (chosen.length === 0) throw new Error(`no cell begins with "${only}"`);
  return chosen;
}

async function run({ options, results, start }: Soak<Options>): Promise<void> {
  const photo = await photoOf(options);
  const { width = 1, height = 1 } = await sharp(photo).metadata();
  const combinations = combinationsOf(options);
  const accounts = new Accounts(await start(), photo);
  const rows = new Map<Combination, Row>();
  await pool(combinations, options.width, async (asked) => {
    try {
      rows.set(asked, await rowOf(accounts, asked, options.patience * 1000));
      results.note(nameOf(asked));
    } catch (error) {
      results.violation(`${nameOf(asked)}: ${(error as Error).message}`);
    }
  });
  const judged = combinations.flatMap((asked) => {
    const row = rows.get(asked);
    return row ? [{ row, faults: faultsOf(row, { width, height }) }] : [];
  });
  process.stdout.write(`\n${table(judged).join('\n')}\n`);
  for (const { row, faults } of judged) results.rule(nameOf(row.asked), faults);
  results.rule('kinetic is at least 1.4 times subtle', motionFaults([...rows.values()]));
  results.figure('cells', combinations.length);
  results.figure('right', judged.filter(({ faults }) => faults.length === 0).length);
}

await soakCommand<Options>(command, run);
