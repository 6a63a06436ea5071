import { chmodSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { RawLog } from '../support/raw-log.ts';
import type { Results } from '../support/results.ts';
import { type Soak, soakCommand, wholeNumber } from '../support/soak.ts';
import { checkEnding, checkVerified } from './checks.ts';
import { Crowd } from './crowd.ts';
import { drained } from './drain.ts';
import { checkLeaks, holdings } from './leaks.ts';
import type { Part } from './parts.ts';
import { setStage } from './stage.ts';
import { Storm } from './storm.ts';
import { Work } from './work.ts';

interface Options {
  readonly minutes: number;
  readonly r3?: boolean;
  readonly patience: number;
  readonly hits: number;
}

/** Requests at one moment before quota is killed. */
const STIR = 3;

const minutes = (text: string): number => {
  const found = Number(text);
  if (!(found > 0 && found <= 24 * 60)) throw new InvalidArgumentError('minutes, more than 0');
  return found;
};

const command = new Command('chaos')
  .description(
    'Two copies of every service, kept busy, while a random process is killed with SIGKILL every few seconds, others ' +
      'are paused beyond every acknowledgement wait and the disk is full once. Then: is every accepted generation ' +
      'ended, charged as it must be, in order, and has nothing leaked?',
  )
  .option('--minutes <n>', 'how long the storm lasts', minutes, 10)
  .option('--r3', 'three NATS servers, each of which may die')
  .option('--patience <s>', 'seconds without any new fact before something counts as lost', wholeNumber, 120)
  .option('--hits <n>', 'in so many of its deaths each process must have had work in hand', wholeNumber, 0);

/** As the promise has it: 10 minutes are 100 kills, 300 generations and 5 deaths at work for each process. */
function checkExtent(
  parts: readonly Part[],
  work: Work,
  accepted: number,
  options: Options,
  results: Results,
) {
  const kills = parts.reduce((sum, part) => sum + part.kills.length, 0);
  const hits = parts.map((part) => [part, work.hits(part)] as const);
  results.figure('kill -9', kills);
  results.figure(
    'kills at work / all',
    hits.map(([{ name, kills: all }, count]) => `${name} ${count}/${all.length}`).join(', '),
  );
  results.figure(
    'paused',
    parts
      .filter(({ pauses }) => pauses > 0)
      .map(({ name, pauses }) => `${name} ${pauses}`)
      .join(', '),
  );
  const part = Math.min(1, options.minutes / 10);
  if (kills < Math.floor(100 * part)) results.violation(`only ${kills} kills in ${options.minutes} minutes`);
  if (accepted < Math.floor(300 * part))
    results.violation(`only ${accepted} generations in ${options.minutes} minutes`);
  const wanted = Math.max(options.hits, options.minutes >= 10 ? 5 : 0);
  results.rule(
    `each process is killed ${wanted} times while it has work in hand`,
    hits.filter(([, count]) => count < wanted).map(([{ name }, count]) => `${name} ${count}`),
  );
}

async function run({ options, random, results, start }: Soak<Options & { keep?: boolean }>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-chaos-'));
  chmodSync(folder, 0o711);
  const stage = await setStage({ r3: options.r3 === true, folder, start });
  const { system, parts, inside } = stage;
  const log = await RawLog.open(system.natsUrl);
  const work = await Work.follow(log);
  const patienceMs = options.patience * 1_000;
  try {
    const crowd = new Crowd(system, work, random, results);
    await crowd.open(log, { short: options.minutes < 1 });
    await drained(parts, work, patienceMs, results);
    const before = await holdings(stage);
    results.note(`warm: ${crowd.told.length} generations; ${parts.length} processes`);
    const ms = options.minutes * 60_000;
    const asking = crowd.ask(AbortSignal.timeout(ms));
    await new Storm(parts, work, random, results, { ms, inside, stir: () => crowd.burst(STIR) }).run();
    results.note('the storm is over');
    await asking;
    await drained(parts, work, patienceMs, results);
    work.rendered(await checkEnding(system, log, crowd, results));
    await checkVerified(system, results);
    const accepted = crowd.told.filter(({ status }) => status === 200).length;
    checkExtent(parts, work, accepted, options, results);
    if (!existsSync(path.join(inside, 'disk-full.met'))) results.violation('nobody met the full disk');
    await checkLeaks(stage, before, results);
  } finally {
    for (const part of parts) part.resume();
    work.stop();
    await log.close();
    await stage.end(options.keep);
  }
}

await soakCommand<Options>(command, run);
