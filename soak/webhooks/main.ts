import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { Command } from 'commander';
import { Customer } from '../support/customer.ts';
import { plant } from '../support/planting.ts';
import { RawLog } from '../support/raw-log.ts';
import { reported, type Soak, soakCommand, Violation, wholeNumber } from '../support/soak.ts';
import type { SoakSystem } from '../support/system.ts';
import { checkIds, checkNothingLost, percentile } from './checks.ts';
import { eventOf, type PlantedEvent } from './events.ts';
import { Receivers } from './receivers.ts';

interface Options {
  readonly dead: number;
  readonly events: number;
  readonly hang: number;
  readonly samples: number;
  readonly rate: number;
  readonly kills: number;
  readonly floor: number;
  readonly patience: number;
  readonly horizon: number;
}

const command = new Command('soak:webhooks')
  .description(
    'Endpoints that hang have events queued each while a healthy one is measured, before and meanwhile; a notifier is ' +
      'killed; then the dead ones are healed, and every event must have arrived or be a visible dead letter.',
  )
  .option('--dead <n>', 'endpoints that hang', wholeNumber, 50)
  .option('--events <n>', 'events queued for each of them', wholeNumber, 1_000)
  .option('--hang <ms>', 'how long they hang', wholeNumber, 10_000)
  .option('--samples <n>', 'events of the healthy endpoint in each measurement', wholeNumber, 1_000)
  .option('--rate <n>', 'of them a second', wholeNumber, 20)
  .option('--kills <n>', 'kill -9 of the notifier', wholeNumber, 2)
  .option('--floor <ms>', 'a p99 up to this is never a violation', wholeNumber, 0)
  .option('--patience <s>', 'seconds without anything new before a run counts as stuck', wholeNumber, 120)
  .option('--horizon <ms>', 'WEBHOOK_HORIZON_MS of the notifier', wholeNumber, 600_000);

/** Twice the value without dead endpoints (G6). */
const FACTOR = 2;
const WARM_UP = 20;
const EVENTS = ['asset.stage_completed'];

interface Endpoint {
  readonly id: string;
  readonly ownerId: string;
}

interface Run {
  readonly soak: Soak<Options>;
  readonly system: SoakSystem;
  readonly customer: Customer;
  readonly log: RawLog;
  readonly receivers: Receivers;
  readonly planted: PlantedEvent[];
}

async function run(soak: Soak<Options>): Promise<void> {
  const { options, results, start } = soak;
  const env = { WEBHOOK_HORIZON_MS: String(options.horizon) };
  const system = await start({ env });
  const log = await RawLog.open(system.natsUrl);
  const receivers = await Receivers.start(options.hang);
  try {
    const customer = await Customer.signUp(system, 'team');
    const run = { soak, system, customer, log, receivers, planted: [] };
    await reported(results, () => phases(run));
    checkIds(receivers.receipts, run.planted, results);
    results.figure('most requests at once to one dead endpoint', receivers.mostAtOnce);
  } finally {
    await receivers.stop();
    await log.close();
  }
}

async function phases(run: Run): Promise<void> {
  const { options, results } = run.soak;
  const healthy = await endpoint(run, 'healthy');
  await measured(run, healthy, 'warm-up', WARM_UP);
  const before = await measured(run, healthy, 'alone', options.samples);
  const dead: Endpoint[] = [];
  while (dead.length < options.dead) dead.push(await endpoint(run, `dead-${dead.length}`));
  await queueUp(run, dead);
  const meanwhile = await measured(run, healthy, 'meanwhile', options.samples);
  const allowed = Math.max(FACTOR * before, options.floor);
  results.figure('p99 meanwhile / alone', (meanwhile / before).toFixed(2));
  if (meanwhile > allowed)
    throw new Violation(`a healthy endpoint waits for dead ones: p99 ${meanwhile} ms, allowed ${allowed} ms`);
  await killed(run, healthy);
  await healed(run, dead);
}

async function endpoint({ customer, receivers }: Run, name: string): Promise<Endpoint> {
  const created = await customer.call('POST', '/api/projects', { name });
  const id = String(created.body.id);
  const settings = { webhook_url: receivers.url(name), webhook_events: EVENTS, webhooks_enabled: true };
  const answer = await customer.call('PUT', `/api/projects/${id}/webhooks`, settings);
  if (answer.status !== 200) throw new Error(`PUT webhooks answered ${answer.status} ${answer.text}`);
  return { id, ownerId: customer.ownerId };
}

/** Plants the healthy endpoint's events one by one; gives the p99 from fact to receipt, ms. */
async function measured(run: Run, healthy: Endpoint, name: string, count: number): Promise<number> {
  const { soak, receivers } = run;
  const { results, options } = soak;
  const from = receivers.receipts.length;
  const events = await trickle(run, healthy, name, count);
  const wanted = new Set(events.map(({ webhookId }) => webhookId));
  const all = () => events.every(({ webhookId }) => receivers.taken.has(webhookId));
  await receivers.until(all, options.patience * 1_000);
  const first = new Map<string, number>();
  for (const { webhookId, latencyMs } of receivers.receipts.slice(from))
    if (wanted.has(webhookId) && !first.has(webhookId)) first.set(webhookId, latencyMs);
  // What has not come counts as long as we waited.
  const times = events.map(({ webhookId }) => first.get(webhookId) ?? options.patience * 1_000);
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  results.figure(`fact to receipt, ${name}`, `p50 ${p50} ms, p99 ${p99} ms, of ${count}`);
  results.note(`${name}: p50 ${p50} ms, p99 ${p99} ms`);
  return p99;
}

async function trickle(run: Run, healthy: Endpoint, name: string, count: number): Promise<PlantedEvent[]> {
  const { rate } = run.soak.options;
  const events = Array.from({ length: count }, (_, n) => eventOf(healthy, `${name} ${n}`));
  const began = performance.now();
  for (const [n, event] of events.entries()) {
    await plant(run.log.connection, [event.fact]);
    run.planted.push(event);
    await delay(Math.max(0, began + ((n + 1) * 1_000) / rate - performance.now())); // the rate that was asked for
  }
  return events;
}

/**
 * Plants everything for the dead endpoints and waits until nothing of it waits in a consumer: each is with its endpoint, or
 * stands as its alarm.
 */
async function queueUp({ soak, log, planted }: Run, dead: readonly Endpoint[]): Promise<void> {
  const { options, results } = soak;
  const events = Array.from({ length: options.events }, (_, n) => dead.map((one) => eventOf(one, `${n}`)));
  const began = performance.now();
  await plant(
    log.connection,
    events.flat().map(({ fact }) => fact),
  );
  planted.push(...events.flat());
  const manager = await jetstreamManager(log.connection);
  for (let waiting = 1; waiting > 0; ) {
    const { num_pending, num_ack_pending } = await manager.consumers.info('ASSETS', 'notifier-webhooks');
    const due = await manager.consumers.info('TIMERS', 'notifier-webhooks-due');
    waiting = num_pending + num_ack_pending + due.num_pending;
    if (performance.now() - began > options.patience * 10_000)
      throw new Violation(`${waiting} messages wait in the consumer`);
    await delay(200);
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  results.figure('queued for dead endpoints', `${planted.length} events in ${seconds} s`);
  results.note(`${events.length * dead.length} events wait for dead endpoints, none of them in the consumer`);
}

async function killed(run: Run, healthy: Endpoint): Promise<void> {
  const { soak, system, receivers } = run;
  const { notifier } = system.services;
  for (let kill = 1; kill <= soak.options.kills; kill++) {
    const under = trickle(run, healthy, `kill ${kill}`, soak.options.rate);
    await delay(soak.random.between(100, 900));
    await notifier.kill('SIGKILL');
    await notifier.up();
    const events = await under;
    const all = () => events.every(({ webhookId }) => receivers.taken.has(webhookId));
    if (!(await receivers.until(all, soak.options.patience * 1_000)))
      throw new Violation(`events of the healthy endpoint were lost with the notifier that was killed`);
    soak.results.note(`killed the notifier: all ${events.length} events under way arrived`);
  }
}

async function healed(run: Run, dead: readonly Endpoint[]): Promise<void> {
  const { soak, receivers, planted, customer, log } = run;
  const { options, results } = soak;
  receivers.heal();
  const began = performance.now();
  const left = () => planted.filter(({ webhookId }) => !receivers.taken.has(webhookId)).length;
  results.note(`dead endpoints are healed; ${left()} events to come`);
  for (let quietSince = performance.now(), before = left(); left() > 0; ) {
    // Those that failed climb the ladder for hours: a replay is how their owner gets them sooner.
    for (const { id } of dead)
      for (const status of ['failed', 'dead_letter', 'held'])
        await customer.call('POST', `/api/projects/${id}/webhooks/replay`, {
          from: 0,
          to: Date.now(),
          status,
        });
    const target = Math.floor(before / 2);
    await receivers.until(() => left() <= target, Math.min(5_000, options.horizon / 4));
    const now = left();
    if (now < before) quietSince = performance.now();
    before = now;
    if (performance.now() - quietSince > options.patience * 1_000) break;
  }
  results.figure('all delivered after the healing', `${((performance.now() - began) / 1_000).toFixed(1)} s`);
  await checkNothingLost(log, receivers.taken, planted, results);
}

await soakCommand<Options>(command, run);
