import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { fixtures } from '../../soak/sse/stage.ts';
import { RawLog } from '../../soak/support/raw-log.ts';
import type { Results } from '../../soak/support/results.ts';
import { type Soak, soakCommand, wholeNumber } from '../../soak/support/soak.ts';
import { quantile } from '../accept-latency/measure.ts';
import { type Nchan, nchanIsHere, startNchan } from './nchan.ts';
import { nchanSide, ourSide, type Side } from './sides.ts';

interface Options {
  readonly clients: string;
  readonly rounds: number;
}

const command = new Command('bench:sse')
  .description(
    'Memory of a connected client and the time from fact to client, here and with nginx and nchan, on this machine in ' +
      'one run, in turn. Ours goes from the log over notifier and gateway; nchan is handed the finished message by HTTP.',
  )
  .option('--clients <list>', 'how many watch one address, one after the other', '1000,3000')
  .option('--rounds <n>', 'events of each kind', wholeNumber, 40);

/** Memory is looked at until it has not moved for so long: runtimes collect when they have nothing else to do. */
const SETTLE_MS = 3_000;
const LOOKS = 4;

interface Measured {
  readonly clients: number;
  readonly bytes: Record<string, number>;
  readonly all: number[];
  readonly one: number[];
}

async function run({ options, results, start }: Soak<Options>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-bench-sse-'));
  const system = await start({ env: fixtures });
  const log = await RawLog.open(system.natsUrl);
  const nchan = nchanIsHere() ? await startNchan(folder) : undefined;
  const sides: Side[] = [];
  try {
    sides.push(await ourSide(system, log));
    if (nchan) sides.push(nchanSide(nchan));
    else results.figure('nginx + nchan', 'not here: apt-get install nginx libnginx-mod-nchan');
    const counts = options.clients.split(',').map(Number);
    const measured = await measure(sides, counts, options.rounds, results);
    report(results, sides, measured);
    const lost = sides.reduce((sum, { crowd, single }) => sum + crowd.lost + single.lost, 0);
    if (lost > 0) results.violation(`${lost} connections ended meanwhile: the figures are of fewer`);
  } finally {
    for (const { crowd, single } of sides) for (const each of [crowd, single]) each.close();
    await log.close();
    await (nchan as Nchan | undefined)?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Per side, in the order of `sides`, one entry for each count. */
async function measure(
  sides: readonly Side[],
  counts: readonly number[],
  rounds: number,
  results: Results,
): Promise<Measured[][]> {
  const measured: Measured[][] = sides.map(() => []);
  for (const { single } of sides) await single.growTo(1);
  let number = 1;
  // The first events and connections are what a process grows by once, whoever comes.
  for (const side of sides) await side.crowd.growTo(50);
  const empty = await settled(sides);
  for (const count of counts) {
    for (const { crowd } of sides) await crowd.growTo(count);
    results.note(`${count} clients at each`);
    const full = await settled(sides);
    const [all, one] = [sides.map((): number[] => []), sides.map((): number[] => [])];
    for (let round = 0; round < rounds; round++, number++) {
      for (let turn = 0; turn < sides.length; turn++) {
        const n = (round + turn) % sides.length;
        const side = sides[n] as Side;
        for (const ms of await side.crowd.round(number, () => side.send('crowd', number))) all[n]?.push(ms);
        for (const ms of await side.single.round(number, () => side.send('single', number))) one[n]?.push(ms);
      }
    }
    for (const n of sides.keys()) {
      const bytes = perClient(empty[n] ?? {}, full[n] ?? {}, count - 50);
      measured[n]?.push({ clients: count, bytes, all: all[n] ?? [], one: one[n] ?? [] });
    }
  }
  return measured;
}

async function settled(sides: readonly Side[]): Promise<Record<string, number>[]> {
  let least = sides.map((side) => side.memory());
  for (let look = 0; look < LOOKS; look++) {
    await delay(SETTLE_MS); // a collector has no event that could be awaited
    least = sides.map((side, n) => smaller(least[n] ?? {}, side.memory()));
  }
  return least;
}

const smaller = (one: Record<string, number>, other: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(one).map(([name, bytes]) => [name, Math.min(bytes, other[name] ?? bytes)]),
  );

const perClient = (empty: Record<string, number>, full: Record<string, number>, count: number) =>
  Object.fromEntries(
    Object.entries(full).map(([name, bytes]) => [name, (bytes - (empty[name] ?? 0)) / count]),
  );

function report(results: Results, sides: readonly Side[], measured: readonly Measured[][]): void {
  results.figure('', 'clients   KB a client   told all: p50 ms   p99 ms   told one of them: p50 ms   p99 ms');
  const rows = sides.map((_, n) => (measured[n] ?? []).map(figures));
  for (const [n, { name }] of sides.entries())
    for (const [index, row] of (rows[n] ?? []).entries())
      results.figure(
        name,
        `${line(measured[n]?.[index]?.clients ?? 0, row)}   ${parts(measured[n]?.[index])}`,
      );
  const [ours = [], theirs = []] = rows;
  for (const [index, row] of theirs.entries()) {
    const ratios = row.map((value, at) => (ours[index]?.[at] ?? 0) / value);
    results.figure('zoetrope : nchan', line(measured[0]?.[index]?.clients ?? 0, ratios));
  }
}

const figures = ({ bytes, all, one }: Measured): number[] => [
  Object.values(bytes).reduce((sum, each) => sum + each, 0) / 1024,
  ...[0.5, 0.99].map((q) => quantile(all, q)),
  ...[0.5, 0.99].map((q) => quantile(one, q)),
];

const line = (clients: number, [memory = 0, ...times]: readonly number[]): string =>
  `${String(clients).padStart(7)}${memory.toFixed(1).padStart(14)}${times.map((ms, n) => ms.toFixed(1).padStart([19, 9, 27, 9][n] ?? 9)).join('')}`;

const parts = (of: Measured | undefined): string =>
  Object.entries(of?.bytes ?? {})
    .map(([name, bytes]) => `${name} ${(bytes / 1024).toFixed(1)}`)
    .join(', ');

await soakCommand<Options>(command, run);
