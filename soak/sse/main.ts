import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { Customer } from '../support/customer.ts';
import { type Fact, RawLog } from '../support/raw-log.ts';
import { type Results, seconds } from '../support/results.ts';
import { type Soak, soakCommand, wholeNumber } from '../support/soak.ts';
import type { Client } from './client.ts';
import { activityOf, fixtures, openClients, openProjects, prepareAssets, streamOf } from './stage.ts';
import { Storm, type StormOptions } from './storm.ts';
import { difference, wanted } from './told.ts';

interface Options extends StormOptions {
  readonly clients: number;
  readonly assets: number;
  readonly notifiers: number;
  readonly gateways: number;
  readonly patience: number;
}

const command = new Command('soak:sse')
  .description(
    'Clients (npm eventsource, curl -N) watch assets and projects while their connections are cut, notifiers are killed ' +
      'and NATS restarts. Each must have been told every fact of the log once, in order.',
  )
  .option('--clients <n>', 'clients, one in five a curl', wholeNumber, 200)
  .option('--generations <n>', 'generations, at least', wholeNumber, 300)
  .option('--assets <n>', 'assets that they are of', wholeNumber, 30)
  .option('--cuts <n>', 'times that each client is cut off', wholeNumber, 20)
  .option('--kills <n>', 'kill -9 of a notifier', wholeNumber, 5)
  .option('--restarts <n>', 'restarts of NATS', wholeNumber, 2)
  .option('--notifiers <n>', 'notifier processes', wholeNumber, 3)
  .option('--gateways <n>', 'gateways in front of them', wholeNumber, 1)
  .option('--patience <s>', 'seconds after the last generation for clients to have it all', wholeNumber, 60);

const PATIENCE_MS = 120_000;
const LOOK_MS = 100;

async function run({ options, random, results, start }: Soak<Options>): Promise<void> {
  const system = await start({
    env: fixtures,
    copies: { notifier: options.notifiers, gateway: options.gateways },
  });
  const log = await RawLog.open(system.natsUrl);
  const clients: Client[] = [];
  try {
    const customer = await Customer.signUp(system, 'team');
    await customer.call('PUT', `/api/projects/${customer.projectId}/billing`, { overage_enabled: true });
    const projects = await openProjects(customer);
    const { cookie } = customer;
    // A project's stream begins when it is opened, so these have to be there before the first fact.
    const activities = projects.map((project) => activityOf(project, cookie));
    const third = Math.max(1, Math.round(options.clients / 3));
    await openClients(system, random, clients, third, activities);
    await until('the first clients are connected', () => clients.every(({ isConnected }) => isConnected));
    const assets = await prepareAssets(customer, projects, options.assets);
    const streams = assets.flatMap((asset) => [
      streamOf(asset, 'public', cookie),
      streamOf(asset, 'owner', cookie),
    ]);
    await openClients(system, random, clients, options.clients - third, streams);
    // Who has no id yet has nothing to resume from.
    await until('every client was told something', () => clients.every(({ canBeCut }) => canBeCut));
    results.note(`${clients.length} clients watch ${assets.length} assets of ${projects.length} projects`);
    const began = performance.now();
    const storm = new Storm(system, customer, clients, random, results, options, assets.length);
    results.figure('generations', await storm.run(assets));
    results.figure('under faults for', seconds(performance.now() - began));
    const facts = await everything(log, clients, options.patience * 1_000);
    report(results, options, clients, facts);
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await log.close();
  }
}

/** The log when it has come to rest and every client that is right has it all. */
async function everything(log: RawLog, clients: readonly Client[], patienceMs: number): Promise<Fact[]> {
  const end = performance.now() + patienceMs;
  let before = -1;
  for (;;) {
    const facts = await log.read('ASSETS', 'asset.>');
    const isAtRest = facts.length === before;
    const isTold = clients.every(
      (client) => difference(client.seqs, wanted(client.stream, facts)) === undefined,
    );
    if (isAtRest && (isTold || performance.now() > end)) return facts;
    before = facts.length;
    await delay(1_000);
  }
}

function report(
  results: Results,
  { cuts, kills, restarts }: Options,
  clients: readonly Client[],
  facts: readonly Fact[],
): void {
  const sum = (of: (client: Client) => number) => clients.reduce((total, client) => total + of(client), 0);
  const kinds = ['eventsource', 'curl'].map(
    (kind) => `${clients.filter((client) => client.kind === kind).length} ${kind}`,
  );
  results.figure('clients', kinds.join(', '));
  results.figure(
    'cuts, kills of a notifier, restarts of NATS',
    `${sum((c) => c.cuts)}, ${kills}, ${restarts}`,
  );
  results.figure(
    'connections',
    sum((client) => client.connections),
  );
  results.figure('facts in the log', facts.length);
  results.figure(
    'events told',
    sum((client) => client.ids.length),
  );
  results.rule(
    'each client’s ids are those of the log, in order',
    clients.flatMap((client) => {
      const wrong = difference(client.seqs, wanted(client.stream, facts));
      return wrong ? [`${client.kind} of ${client.stream.path}: ${wrong}`] : [];
    }),
  );
  results.rule(
    'no cursor is unknown and no client is sent away',
    clients.flatMap(({ complaints }) => complaints),
  );
  results.rule(
    'all ids are of one log',
    [...new Set(clients.flatMap(({ ids }) => ids.map((id) => id.split('-')[0] ?? '')))].slice(1),
  );
  if (sum((client) => client.cuts) !== cuts * clients.length)
    results.violation('not every cut was made: the run proves nothing');
}

async function until(what: string, reached: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!reached()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await delay(LOOK_MS);
  }
}

await soakCommand<Options>(command, run);
