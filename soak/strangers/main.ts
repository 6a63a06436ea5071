import { photoLike } from '@zoetrope/media/testing';
import { Command } from 'commander';
import { type Belongings, nobodys, type Probe, probeOf } from '../../apps/gateway/src/testing/strangers.ts';
import { Customer } from '../support/customer.ts';
import type { Results } from '../support/results.ts';
import { type Soak, soakCommand, wholeNumber } from '../support/soak.ts';
import type { SoakSystem } from '../support/system.ts';
import { compare, type Difference, medianDifference } from './timing.ts';

interface Options {
  readonly calls: number;
  readonly percent: number;
  readonly tries: number;
  readonly only?: string;
}

const command = new Command('soak:strangers')
  .description(
    'What belongs to somebody else answers like what does not exist: on every route of the OpenAPI document the same ' +
      'status and bytes, and over many interleaved calls the same median time.',
  )
  .option('--calls <n>', 'calls for each of both, interleaved', wholeNumber, 500)
  .option('--percent <n>', 'largest difference of the medians', wholeNumber, 5)
  .option('--tries <n>', 'a larger one must show this often in a row', wholeNumber, 3)
  .option('--only <text>', 'routes whose name has this in it');

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

async function belongings(system: SoakSystem): Promise<Belongings> {
  const owner = await Customer.signUp(system, 'pro');
  const src = await owner.upload(await photoLike({ width: 256, height: 256, seed: 1 }));
  const { body } = await owner.prepare({ src, dur_seconds: 2 });
  const token = await owner.call<{ id: string }>('POST', '/api/user/tokens', {
    name: 'server',
    scope: 'write',
  });
  return { projectId: owner.projectId, assetId: body.asset_id, tokenId: token.body.id };
}

/** Who asks: by the session and by a token of a second person. */
async function strangers(system: SoakSystem) {
  const second = await Customer.signUp(system, 'pro');
  const made = await second.call<{ token: string }>('POST', '/api/user/tokens', {
    name: 'mine',
    scope: 'write',
  });
  const project = await second.call<{ proxy_key: string }>('GET', `/api/projects/${second.projectId}`);
  return {
    key: project.body.proxy_key,
    callers: [
      { by: 'session', headers: { cookie: second.cookie } as Record<string, string> },
      { by: 'token', headers: { authorization: `Bearer ${made.body.token}` } as Record<string, string> },
    ],
  };
}

/** The difference that shows in each of several tries, or the smallest that did not. */
async function persistent(
  pair: readonly [Probe, Probe],
  headers: Record<string, string>,
  url: string,
  options: Options,
) {
  let last: Difference | undefined;
  for (let attempt = 0; attempt < options.tries; attempt++) {
    last = medianDifference(await compare(url, pair, headers, options.calls));
    if (last.unequal !== undefined || Math.abs(last.percent) <= options.percent) break;
  }
  return last as Difference;
}

function tell(results: Results, name: string, found: Difference, percent: number): void {
  if (found.unequal !== undefined) results.violation(`${name}: ${found.unequal}`);
  const sign = found.percent < 0 ? '' : '+';
  results.figure(name, `${found.medianMs.toFixed(2)} ms, ${sign}${found.percent.toFixed(1)} %`);
  if (Math.abs(found.percent) > percent)
    results.violation(
      `${name}: somebody else's takes ${sign}${found.percent.toFixed(1)} % of what nothing takes`,
    );
}

async function run({ options, results, start }: Soak<Options>): Promise<void> {
  const system = await start();
  const theirs = await belongings(system);
  const none = nobodys(theirs);
  const { key, callers } = await strangers(system);
  const document = (await (await fetch(`${system.url}/api/openapi.json`)).json()) as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method, path })),
  );
  let walked = 0;
  for (const operation of operations) {
    const pair = [probeOf(operation, theirs, key), probeOf(operation, none, key)] as const;
    const [first, second] = pair;
    if (!first || !second || (options.only && !first.name.includes(options.only))) continue;
    walked += 1;
    for (const { by, headers } of callers) {
      const found = await persistent([first, second], headers, system.url, options);
      tell(results, `${first.name} by ${by}`, found, options.percent);
    }
    results.note(first.name);
  }
  results.figure('routes', operations.length);
  results.figure('routes that name things of somebody', walked);
  if (walked === 0) results.violation('no route was walked');
}

await soakCommand<Options>(command, run);
