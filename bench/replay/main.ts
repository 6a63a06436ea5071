import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Command } from 'commander';
import { plant } from '../../soak/support/planting.ts';
import { RawLog } from '../../soak/support/raw-log.ts';
import { type Soak, soakCommand, wholeNumber } from '../../soak/support/soak.ts';
import type { SoakSystem } from '../../soak/support/system.ts';
import { FACTS_OF_AN_ASSET, past } from './past.ts';

interface Options {
  readonly facts: number;
  readonly rounds: number;
}

const command = new Command('bench:replay')
  .description(
    'How fast `ops replay assets` makes the views again (read, decoded, checked, projected, written), beside a bare read ' +
      'of the same stream by the client of NATS that looks at nothing, in turn in one run. The log is planted by hand.',
  )
  .option('--facts <n>', 'facts in the log', wholeNumber, 200_000)
  .option('--rounds <n>', 'of each', wholeNumber, 3);

const count = (n: number): string => Math.round(n).toLocaleString('en');
const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;

/** Facts a second of an ordered consumer whose messages nobody looks into. */
async function bareRead(log: RawLog, facts: number): Promise<number> {
  const consumer = await jetstream(log.connection).consumers.get('ASSETS');
  const over = Promise.withResolvers<void>();
  let read = 0;
  const began = performance.now();
  const messages = await consumer.consume({
    max_messages: 5_000,
    callback: () => {
      if (++read === facts) over.resolve();
    },
  });
  await over.promise;
  const seconds = (performance.now() - began) / 1_000;
  messages.stop();
  return facts / seconds;
}

interface Replayed {
  readonly facts: number;
  readonly facts_per_second: number;
  readonly rows: number;
  readonly differences: number;
  readonly swapped: boolean;
}

const replay = async (system: SoakSystem): Promise<Replayed> =>
  JSON.parse(await system.ops('replay', 'assets', '--drop-old', '--json'));

/** Resolves when the live views hold the whole log. */
async function projected(system: SoakSystem): Promise<void> {
  for (;;) {
    const { projections } = JSON.parse(await system.ops('lag', '--json')) as {
      projections: { projection: string; behind: number }[];
    };
    if (projections.every(({ behind }) => behind === 0)) return;
  }
}

async function run({ options, results, start }: Soak<Options>): Promise<void> {
  const system = await start();
  const { quota, generator, notifier } = system.services;
  // Nobody shall react to what is planted.
  await Promise.all([quota.stop(), generator.stop(), notifier.stop()]);
  const log = await RawLog.open(system.natsUrl);
  try {
    await plant(log.connection, past(Math.ceil(options.facts / FACTS_OF_AN_ASSET)));
    const { state } = await (await jetstreamManager(log.connection)).streams.info('ASSETS');
    const began = performance.now();
    await projected(system);
    results.note(
      `the gateway has them, ${((performance.now() - began) / 1_000).toFixed(1)} s after the last`,
    );
    const rates = { read: [] as number[], replay: [] as number[] };
    for (let round = 0; round < options.rounds; round++) {
      rates.read.push(await bareRead(log, state.messages));
      const replayed = await replay(system);
      rates.replay.push(replayed.facts_per_second);
      if (replayed.facts !== state.messages)
        results.violation(`${replayed.facts} facts of ${state.messages}`);
      if (replayed.differences > 0 || !replayed.swapped) results.violation(JSON.stringify(replayed));
    }
    const [read, made] = [median(rates.read), median(rates.replay)];
    results.figure('facts', count(state.messages));
    results.figure('bare read, facts a second', `${count(read)} (${rates.read.map(count).join(' · ')})`);
    results.figure('replay, facts a second', `${count(made)} (${rates.replay.map(count).join(' · ')})`);
    results.figure('replay of a bare read', `${((100 * made) / read).toFixed(1)} %`);
  } finally {
    await log.close();
  }
}

await soakCommand(command, run);
