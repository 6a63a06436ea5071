import { Command, InvalidArgumentError } from 'commander';
import { Random } from './random.ts';
import { Results } from './results.ts';
import { type SoakSystem, type SoakSystemOptions, startSoakSystem } from './system.ts';

/** What a soak works with. */
export interface Soak<Options> {
  readonly options: Options;
  readonly random: Random;
  readonly results: Results;
  /** Starts a system with the asked sabotage in force; it is ended after the run, whatever happens. */
  start(options?: SoakSystemOptions): Promise<SoakSystem>;
}

/** What ended a run early that is the system's fault, not the soak's. */
export class Violation extends Error {}

/** Carries on after a violation, so that the checks can say what else is wrong. */
export async function reported(results: Results, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    results.violation(error.message);
  }
}

export const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number');
  return Number(text);
};

interface Common {
  readonly seed: number;
  readonly sabotage?: string;
  readonly keep?: boolean;
}

const commonOptions = (command: Command): Command =>
  command
    .option('--seed <n>', 'chooses the same again', wholeNumber, Date.now() % 1_000_000)
    .option('--sabotage <name>', 'switches one guard off (libs/platform/src/sabotage.ts); the run must fail')
    .option('--keep', 'leaves the data folder with its logs');

/**
 * Runs a soak as a command: its own options and `--seed`, `--sabotage`; prints its figures at the end. Exit code 1
 * on a violation, and when it could not be carried out at all.
 */
export async function soakCommand<Options>(
  command: Command,
  run: (soak: Soak<Options & Common>) => Promise<void>,
): Promise<void> {
  const options = commonOptions(command).parse().opts<Options & Common>();
  const results = new Results();
  const random = new Random(options.seed);
  const started: SoakSystem[] = [];
  const start = async (asked: SoakSystemOptions = {}) => {
    const system = await startSoakSystem({ ...asked, sabotage: options.sabotage });
    started.push(system);
    return system;
  };
  results.figure('seed', options.seed);
  if (options.sabotage) results.figure('sabotage', options.sabotage);
  try {
    await run({ options, random, results, start });
  } catch (error) {
    results.violation(String((error as Error).stack));
  } finally {
    for (const system of started) await system.end(options.keep);
    if (options.keep) for (const { dataDir } of started) results.figure('kept', dataDir);
  }
  results.print();
  process.exitCode = results.broken ? 1 : 0;
}
