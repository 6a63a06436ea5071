import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { EventSource } from 'eventsource';
import sharp from 'sharp';
import { Customer } from '../support/customer.ts';
import { RawLog } from '../support/raw-log.ts';
import { type Soak, soakCommand, wholeNumber } from '../support/soak.ts';
import { faultOf } from './faults.ts';
import { Readers } from './readers.ts';
import { type Stage, setStage } from './stage.ts';
import { switchedVideos, Truth } from './truth.ts';

interface Options {
  readonly rounds: number;
  readonly readers: number;
  readonly reads: number;
  readonly fills: number;
  readonly gateways: number;
  readonly r3: boolean;
}

const command = new Command('soak:freshness')
  .description(
    'Readers fetch one proxy URL through Varnish while its asset is regenerated again and again and links, purges and ' +
      'gateways fail. After ready nobody may get older bytes.',
  )
  .option('--rounds <n>', 'regenerates', wholeNumber, 100)
  .option('--readers <n>', 'readers, one request after the other each', wholeNumber, 20)
  .option('--reads <n>', 'fewest reads in all; the run goes on until there are as many', wholeNumber, 100_000)
  .option('--fills <n>', 'fewest fills that have to be open at a purge', wholeNumber, 20)
  .option('--gateways <n>', 'gateways behind Varnish', wholeNumber, 2)
  .option('--r3', 'three NATS servers, every stream with three replicas', false);

const PATIENCE_MS = 120_000;
const MIN_CACHED = 0.5;
const IDLE_SHARE = 0.25;

const photo = (): Promise<Buffer> => {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width: 480, height: 320, channels: 3, background: 'grey', noise } })
    .blur(2)
    .jpeg()
    .toBuffer();
};

async function run({ options, random, results, start }: Soak<Options>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-soak-edge-'));
  const stage = await setStage({ gateways: options.gateways, r3: options.r3, folder, start });
  const log = await RawLog.open(stage.system.natsUrl);
  try {
    const customer = await Customer.signUp(stage.system, 'team');
    const src = await customer.upload(await photo());
    const { body: asset } = await customer.prepare({
      src,
      mode: 'animate-in',
      motion: 'kinetic',
      dur_seconds: 2,
    });
    const truth = new Truth();
    const events = watch(stage, asset, truth);
    await truth.until('the first video', () => truth.announced === 1, PATIENCE_MS);
    const url = new URL(new URL(asset.mp4_url).pathname + new URL(asset.mp4_url).search, stage.varnish.url);
    const readers = new Readers(url, options.readers, truth, random);
    count(stage, truth);
    const follow = await countAtStored(log, stage, truth, asset.asset_id);
    readers.start();
    for (let round = 0; round < options.rounds; round++) {
      const fault = faultOf(stage, truth, random, asset.asset_id, round);
      await fault.begin();
      truth.inFlight = true;
      const began = performance.now();
      const generation = await regenerate(stage, customer, asset.asset_id, round);
      await truth.until(
        `ready of ${generation} (${fault.name})`,
        () => truth.announced >= generation,
        PATIENCE_MS,
      );
      results.note(
        `generation ${generation} after ${(performance.now() - began).toFixed(0)} ms, ${fault.name}`,
      );
      await fault.end();
      truth.inFlight = false;
      await enoughReads(readers, truth, options, round);
    }
    await readers.stop();
    follow.stop();
    for (const source of events) source.close();
    readers.check(results, await switchedVideos(log, asset.asset_id));
    results.figure('fills open at a purge', truth.fillsAtPurges);
    results.figure('fills open when a video was stored', truth.fillsAtStored);
    if (readers.idleFromCache < MIN_CACHED * readers.idle)
      results.violation('Varnish answered less than half of the idle reads: the run proves nothing');
    if (truth.fillsAtPurges < options.fills)
      results.violation(`fewer than ${options.fills} fills were open at a purge: the run proves nothing`);
  } finally {
    await log.close();
    await stage.end();
  }
}

/** Readers go on until this round had its share, a good part of it while nothing was in flight. */
async function enoughReads(readers: Readers, truth: Truth, options: Options, round: number): Promise<void> {
  const share = options.reads / options.rounds;
  const idle = readers.idle + share * IDLE_SHARE;
  const isEnough = () => readers.done >= share * (round + 1) && readers.idle >= idle;
  await truth.until(`the reads of round ${round}`, isEnough, PATIENCE_MS);
}

/** `ready` as anybody sees it, at every gateway. */
function watch({ system }: Stage, asset: { asset_id: string; mp4_url: string }, truth: Truth): EventSource[] {
  const key = new URL(asset.mp4_url).pathname.split('/')[2];
  return system.gateways.map((gateway) => {
    const source = new EventSource(`${gateway}/v1/${key}/events/${asset.asset_id}`);
    source.addEventListener('ready', ({ data }) => {
      const { generation } = JSON.parse(String(data)) as { generation: number };
      truth.announced = Math.max(truth.announced, generation);
      truth.changed();
    });
    return source;
  });
}

function count({ purges, fills }: Stage, truth: Truth): void {
  purges.onConnection = () => {
    truth.purges += 1;
    truth.changed();
    truth.fillsAtPurges += fills.reduce((sum, { busy }) => sum + busy, 0);
  };
  for (const relay of fills) relay.onConnection = () => setImmediate(() => truth.changed());
}

function countAtStored(log: RawLog, { fills }: Stage, truth: Truth, assetId: string) {
  const subject = `asset.${assetId.slice(0, 2)}.${assetId}.generation`;
  return log.follow('ASSETS', subject, ({ type }) => {
    if (type !== 'Mp4Stored') return;
    truth.fillsAtStored += fills.reduce((sum, { busy }) => sum + busy, 0);
    truth.stored += 1;
    truth.changed();
  });
}

/** Through Varnish, as a client behind the edge would; repeated with its key until a gateway that lives has answered. */
async function regenerate(
  { varnish }: Stage,
  customer: Customer,
  assetId: string,
  round: number,
): Promise<number> {
  const began = performance.now();
  for (;;) {
    const answer = await fetch(`${varnish.url}/api/assets/${assetId}/regenerate`, {
      method: 'POST',
      headers: { cookie: customer.cookie, 'idempotency-key': `round-${round}` },
      signal: AbortSignal.timeout(10_000),
    }).catch((error: Error) => error);
    if (answer instanceof Response && answer.status === 200)
      return ((await answer.json()) as { generation: number }).generation;
    if (performance.now() - began > PATIENCE_MS)
      throw new Error(`regenerate: ${answer instanceof Response ? await answer.text() : answer.message}`);
    await delay(200); // Retry-After is a second or more, and Varnish's own 503 has none
  }
}

await soakCommand<Options>(command, run);
