import { Command } from 'commander';
import { checkBytes } from '../support/bytes-check.ts';
import { RawLog } from '../support/raw-log.ts';
import { Renderer } from '../support/renderer.ts';
import { reported, type Soak, soakCommand, wholeNumber } from '../support/soak.ts';
import { checkCharges, checkNothingGivenUp, checkOutcomes, checkPredictions } from './checks.ts';
import { crowd, orders } from './crowd.ts';
import { GeneratorWatch } from './generator-watch.ts';
import { Kills } from './kills.ts';
import { phases, type Run } from './phases.ts';
import { Progress } from './progress.ts';

interface Options {
  readonly count: number;
  readonly kills: number;
  readonly lost: number;
  readonly patience: number;
}

/** Videos fetched through the proxy URL. */
const SAMPLE = 20;

/**
 * Every model is the renderer's fixture, which ends when it is told to: nothing is rendered, all else is real. They stay
 * in flight for as long as a slow machine takes to get there, which is longer than a real model may take.
 */
const fixtures = {
  GENERATOR_PREDICTION_TIMEOUT_MS: '3600000',
  GENERATOR_STALL_MS: '3600000',
  ZOETROPE_MODEL_WAN_FAST: 'zoetrope/fixture',
  ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture',
  ZOETROPE_MODEL_P_VIDEO: 'zoetrope/fixture',
};

const command = new Command('soak:in-flight')
  .description(
    'Puts generations in flight, all at the same time, in one generator process that is killed meanwhile, and ' +
      'checks that each completes exactly once and that none holds memory. Without fsync: no power is cut.',
  )
  .option('--count <n>', 'generations', wholeNumber, 2_000)
  .option('--kills <n>', 'kill -9 of the generator', wholeNumber, 3)
  .option('--lost <n>', 'predictions whose end the renderer tells nobody', wholeNumber, 20)
  .option('--patience <s>', 'seconds without any new fact before a run counts as stuck', wholeNumber, 180);

async function run({ options, random, results, start }: Soak<Options>): Promise<void> {
  const system = await start({ env: fixtures });
  const log = await RawLog.open(system.natsUrl);
  const progress = await Progress.follow(log, options.patience * 1_000);
  try {
    const renderer = new Renderer(system);
    const kills = new Kills(system, random, results, options.kills);
    const watch = new GeneratorWatch(system, results);
    await watch.memory('idle');
    const members = await crowd(system, options.count, random);
    const asked = orders(members, options.count, random);
    const run: Run = {
      random,
      results,
      log,
      renderer,
      progress,
      kills,
      watch,
      orders: asked,
      lost: options.lost,
    };
    await reported(results, () => phases(run));
    const facts = await log.read('ASSETS');
    checkOutcomes(facts, results, asked);
    await checkPredictions(renderer, results, asked, kills.done);
    await checkCharges(log, results, asked, members);
    await checkNothingGivenUp(log, results);
    await checkBytes(facts, results, random.sample(asked, SAMPLE));
  } finally {
    progress.stop();
    await log.close();
  }
}

await soakCommand<Options>(command, run);
