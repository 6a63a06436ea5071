import { Command } from 'commander';
import { RawLog } from '../support/raw-log.ts';
import { Renderer } from '../support/renderer.ts';
import { type Soak, soakCommand, wholeNumber } from '../support/soak.ts';
import { type Told } from './asking.ts';
import { Chaos } from './chaos.ts';
import { crowd } from './crowd.ts';
import { checkEnding, settled } from './ending.ts';
import { JustBefore } from './just-before.ts';
import { openShop } from './shop.ts';

interface Options {
  readonly assets: number;
  readonly requests: number;
  readonly left: number;
  readonly changes: number;
  readonly asks: number;
  readonly kills: number;
}

/** Every model is the renderer's fixture: no clip is rendered, all else is real. */
const fixtures = {
  ZOETROPE_MODEL_WAN_FAST: 'zoetrope/fixture',
  ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture',
  ZOETROPE_MODEL_P_VIDEO: 'zoetrope/fixture',
  GENERATOR_FIRST_POLL_MS: '3000',
};

const command = new Command('soak:g2')
  .description(
    'An owner’s month is never oversold: three quota processes and two gateways, a crowd at once with a few ' +
      'generations left, then faults, redeliveries and kill -9 of quota. The ledger is read raw and counted again.',
  )
  .option('--assets <n>', 'assets of the owner', wholeNumber, 50)
  .option('--requests <n>', 'regenerates at once', wholeNumber, 200)
  .option('--left <n>', 'generations that are left then', wholeNumber, 7)
  .option('--changes <n>', 'rounds of plan and overage changed just before a request', wholeNumber, 10)
  .option('--asks <n>', 'regenerates under faults; 0 leaves that part out', wholeNumber, 160)
  .option('--kills <n>', 'kill -9 of quota copies meanwhile', wholeNumber, 8);

async function run({ options, random, results, start }: Soak<Options>): Promise<void> {
  const system = await start({ env: fixtures, copies: { quota: 3, gateway: 2 } });
  const log = await RawLog.open(system.natsUrl);
  try {
    const renderer = new Renderer(system);
    const shop = await openShop(system, log, options);
    results.note(`${shop.assets.length} assets asked for`);
    const told: Told[] = await crowd(shop, options, results);
    await settled(shop, results);
    results.note('all of them are charged');
    told.push(...(await new JustBefore(shop, results).run(options.changes)));
    await settled(shop, results);
    if (options.asks > 0) {
      told.push(...(await new Chaos(shop, random, renderer, results, options).run()));
      results.note('the faults are over');
      await settled(shop, results);
    }
    await checkEnding(shop, told, renderer, results);
  } finally {
    await log.close();
  }
}

await soakCommand<Options>(command, run);
