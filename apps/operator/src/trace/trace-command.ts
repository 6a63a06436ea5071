import type { Recorded } from '@zoetrope/contracts/fact';
import { AssetId } from '@zoetrope/contracts/ids';
import { ASSET_PARTS, assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { Command } from 'commander';
import { OperatorError, withLog } from '../connections.js';
import { type Traced, traced } from './causes.js';
import { printTimeline } from './print-timeline.js';
import { printTree } from './print-tree.js';
import { readTimeline } from './timeline.js';

interface Options {
  readonly json?: boolean;
  readonly flat?: boolean;
  readonly follow?: boolean;
}

/** `ops trace <assetId>`: everything the log says of one asset. */
export const traceCommand = (): Command =>
  new Command('trace')
    .description(
      "one asset's timeline from the log: stages, predictions, purges, deliveries, and what caused each",
    )
    .argument('<assetId>', 'the asset, 32 hex characters')
    .option('--flat', 'a line a fact, by time, instead of a tree')
    .option('--follow', 'then go on with what comes, a line a fact, until Ctrl-C')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nExample:\n  npm run ops -- trace 0123456789abcdef0123456789abcdef --follow')
    .action(async (text: string, options: Options) => {
      const asset = AssetId.safeParse(text.toLowerCase());
      if (!asset.success) throw new OperatorError(`${text} is not an asset id (32 hex characters)`, 2);
      await withLog(async (log) => {
        const timeline = await readTimeline(log, asset.data);
        if (timeline.length === 0) throw new OperatorError(`the log knows no asset ${asset.data}`);
        write(printed(asset.data, timeline, options));
        if (options.follow) await follow(log, asset.data, timeline, options);
      });
    });

const write = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);

const asJson = ({ fact, ...place }: Traced): string =>
  JSON.stringify({
    ...fact,
    since_start_ms: place.sinceStart,
    since_previous_ms: place.sincePrevious,
    since_cause_ms: place.sinceCause,
    cause: place.cause,
  });

function printed(assetId: string, timeline: readonly Recorded[], { json, flat }: Options): string[] {
  if (json) return traced(timeline).map(asJson);
  return flat ? printTimeline(timeline) : printTree(assetId, timeline);
}

/** The last line of a timeline. */
const lastLine = (timeline: readonly Recorded[], { json }: Options): string[] =>
  (json ? traced(timeline).map(asJson) : printTimeline(timeline)).slice(-1);

/** Goes on until the process is asked to end. */
async function follow(
  log: EventLog,
  assetId: AssetId,
  known: readonly Recorded[],
  options: Options,
): Promise<void> {
  const timeline = [...known];
  const { ownerId } = (known.find(({ data }) => 'ownerId' in (data as object))?.data ?? {}) as {
    ownerId?: string;
  };
  const after = (stream: string): number =>
    Math.max(0, ...known.filter(({ meta }) => meta.stream === stream).map(({ meta }) => meta.seq)) + 1;
  const take = (fact: Recorded): void => {
    if ((fact.data as { assetId?: string }).assetId !== assetId) return;
    timeline.push(fact);
    write(lastLine(timeline, options));
  };
  const subjects = ASSET_PARTS.map((part) => assetSubject(assetId, part));
  const follows = [await log.follow('ASSETS', { from: after('ASSETS'), subjects }, take)];
  const ledgers = [`quota.${ownerId}.*`];
  if (ownerId) follows.push(await log.follow('QUOTA', { from: after('QUOTA'), subjects: ledgers }, take));
  const stop = () => void Promise.all(follows.map((one) => one.stop()));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  await Promise.all(follows.map(({ closed }) => closed));
}
