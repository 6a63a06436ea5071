import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { Command } from 'commander';
import { RawLog } from '../../soak/support/raw-log.ts';
import { type Soak, soakCommand, wholeNumber } from '../../soak/support/soak.ts';
import type { SoakSystem } from '../../soak/support/system.ts';
import { interleaved, quantile, warm } from './measure.ts';
import { openVariant, plantPast, type Variant } from './variants.ts';

interface Options {
  readonly samples: number;
  readonly restarts: number;
}

/** A fresh one's median times this is the most that a past may cost. */
const BOUND = 1.1;
const fixtures = { ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture', ZOETROPE_MODEL_P_VIDEO: 'zoetrope/fixture' };

const command = new Command('bench:accept-latency')
  .description(
    'How long POST /api/assets/:id/regenerate takes to be accepted, for owners and assets without a past and with a ' +
      'long one, asked in turn in one run. The past is put into the log by hand; generator and notifier are stopped ' +
      'while the clock runs. Without fsync, which costs all of them the same.',
  )
  .option('--samples <n>', 'calls of each', wholeNumber, 300)
  .option('--restarts <n>', 'restarts of quota, for its first answer after one', wholeNumber, 5);

async function run({ options, results, start }: Soak<Options>): Promise<void> {
  const system = await start({ env: fixtures });
  const log = await RawLog.open(system.natsUrl);
  try {
    const variants = await open(system);
    await firstVideos(variants);
    await Promise.all([system.services.generator.stop(), system.services.notifier.stop()]);
    for (const variant of variants) {
      await plantPast(log, variant);
      results.note(`${variant.name} has its past`);
    }
    await caughtUp(log);
    for (const variant of variants) await warm(variant);
    await interleaved(variants, 20);
    const taken = await interleaved(variants, options.samples);
    const cold = await afterRestarts(system, variants, options.restarts);
    const fresh = quantile(taken[0] ?? [], 0.5);
    results.figure('', '   p50 ms   p95 ms   × fresh   first after a restart of quota, ms');
    for (const [index, variant] of variants.entries()) {
      const [p50, p95] = [0.5, 0.95].map((q) => quantile(taken[index] ?? [], q));
      const ratio = (p50 ?? 0) / fresh;
      const first = quantile(cold[index] ?? [], 0.5);
      const row = [p50 ?? 0, p95 ?? 0].map((ms) => ms.toFixed(2).padStart(9)).join('');
      results.figure(variant.name, `${row}${ratio.toFixed(3).padStart(10)}${first.toFixed(0).padStart(10)}`);
      if (ratio > BOUND)
        results.violation(`${variant.name} takes ${ratio.toFixed(3)} times as long as a fresh one`);
    }
  } finally {
    await log.close();
  }
}

/** The second fresh one shows how far two medians of the same lie apart. */
const open = async (system: SoakSystem): Promise<Variant[]> => [
  await openVariant(system, 'fresh'),
  await openVariant(system, 'fresh, once more'),
  await openVariant(system, 'ledger of 1,000 this month', { ledger: 1_000 }),
  await openVariant(system, 'ledger of 10,000 this month', { ledger: 10_000 }),
  await openVariant(system, 'ledger of 100,000 this month', { ledger: 100_000 }),
  await openVariant(system, 'asset with 10 regenerates', { regenerates: 10 }),
  await openVariant(system, 'asset with 1,000 regenerates', { regenerates: 1_000 }),
  await openVariant(system, 'asset with 5,000 regenerates', { regenerates: 5_000 }),
];

async function firstVideos(variants: readonly Variant[]): Promise<void> {
  for (const { customer } of variants) while ((await customer.month()).used === 0) await delay(100);
}

/** Quota has looked at everything that was put into the log. */
async function caughtUp(log: RawLog): Promise<void> {
  const manager = await jetstreamManager(log.connection);
  for (const durable of ['quota-decide', 'quota-settle']) {
    for (;;) {
      const { num_pending, num_ack_pending } = await manager.consumers.info('ASSETS', durable);
      if (num_pending + num_ack_pending === 0) break;
      await delay(100);
    }
  }
}

/** What the first call of each takes when quota has nothing in memory. */
async function afterRestarts(
  system: SoakSystem,
  variants: readonly Variant[],
  restarts: number,
): Promise<number[][]> {
  const taken: number[][] = variants.map(() => []);
  for (let n = 0; n < restarts; n++) {
    await system.services.quota.restart();
    for (const [index, variant] of variants.entries()) taken[index]?.push(await warm(variant));
  }
  return taken;
}

await soakCommand<Options>(command, run);
