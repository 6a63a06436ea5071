import type { Random } from '../support/random.ts';
import type { RawLog } from '../support/raw-log.ts';
import type { Renderer } from '../support/renderer.ts';
import { type Results, rate, seconds } from '../support/results.ts';
import { Violation } from '../support/soak.ts';
import { type Order, placeAll } from './crowd.ts';
import type { GeneratorWatch } from './generator-watch.ts';
import type { Kills } from './kills.ts';
import type { Progress } from './progress.ts';

export interface Run {
  readonly random: Random;
  readonly results: Results;
  readonly log: RawLog;
  readonly renderer: Renderer;
  readonly progress: Progress;
  readonly kills: Kills;
  readonly watch: GeneratorWatch;
  readonly orders: readonly Order[];
  /** Predictions whose end nobody is told of. */
  readonly lost: number;
}

/** One in so many first messages of a generation comes again, as a broker that delivers at least once may do. */
const DUPLICATE_EVERY = 10;

/** Asks for everything while nothing may end; resolves when all of it is in flight at once. */
async function fillUp(run: Run): Promise<void> {
  const { results, renderer, progress, kills, orders, random, lost } = run;
  const total = orders.length;
  await renderer.holdFixtures(true);
  const silent = new Set(random.sample([...orders.keys()], lost));
  if (lost > 0)
    await renderer.nextFaults(
      [...orders.keys()].map((nth) => (silent.has(nth) ? { kind: 'lost-webhook' } : [])),
    );
  const began = performance.now();
  const placing = placeAll(orders).then((refused) => {
    const took = performance.now() - began;
    results.figure('accepted', `${total - refused.length} in ${seconds(took)}, ${rate(total, took)}`);
    results.note(`accepted ${total - refused.length}`);
    results.rule('every request is answered 200', refused);
    if (refused.length > 0) throw new Violation('the rest of the run would wait for them');
  });
  const killing = kills.during('starting', progress, total, () => progress.begun.size);
  await Promise.all([placing, killing]);
  await progress.until('all in flight', () => progress.inFlight.size === total);
  const took = performance.now() - began;
  results.figure('all in flight', `after ${seconds(took)}, ${rate(total, took)}`);
  results.note(`${total} in flight`);
}

/** Nothing happens but that time passes, a kill and messages that come twice. */
async function hover(run: Run): Promise<void> {
  const { results, log, progress, kills, watch, random, orders } = run;
  await watch.memoryWithin('with all in flight');
  const begins = (await log.read('TIMERS', 'due.generator.*.*.begin.>')).map(({ seq }) => seq);
  const again = random.sample(begins, Math.ceil(orders.length / DUPLICATE_EVERY));
  for (const seq of again) await log.repeat('TIMERS', seq);
  await kills.during('in flight', progress, orders.length, () => progress.inFlight.size);
  await watch.memoryWithin('with all in flight, after a kill');
  results.figure('messages delivered again', again.length);
}

/** Lets all of them end. */
async function drain(run: Run): Promise<void> {
  const { results, renderer, progress, kills, orders } = run;
  const total = orders.length;
  const began = performance.now();
  await renderer.holdFixtures(false);
  results.note('let go');
  await kills.during('completing', progress, total, () => progress.ready.size);
  await progress.until('all ready', () => progress.ready.size === total);
  const took = performance.now() - began;
  results.figure('all ready', `${seconds(took)} after they were let go, ${rate(total, took)}`);
  results.note('all ready');
  await progress.until('all charged', () => progress.charged.size === total);
}

export async function phases(run: Run): Promise<void> {
  await fillUp(run);
  await hover(run);
  await drain(run);
}
