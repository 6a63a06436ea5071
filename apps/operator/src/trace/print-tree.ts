import type { Recorded } from '@zoetrope/contracts/fact';
import { bold, cyan, dim, green, red, yellow } from '../terminal/colours.js';
import { type Traced, traced } from './causes.js';
import { details, seconds } from './print-timeline.js';

type Data = Readonly<Record<string, unknown>>;

const dataOf = ({ fact }: Traced): Data => fact.data as Data;

const generationOf = (one: Traced): number => Number(dataOf(one).generation ?? dataOf(one).number ?? 0);

/** Which part of a generation a fact belongs to, in the order in which parts begin. */
function partOf(one: Traced): string {
  const { type, meta } = one.fact;
  const { stage, eventType, deliveryId } = dataOf(one);
  if (meta.stream === 'QUOTA') return 'quota';
  if (type.startsWith('Webhook')) return `webhook ${eventType} ${String(deliveryId).slice(0, 12)}`;
  if (type.startsWith('Vision')) return 'vision';
  if (type === 'SourceFetched') return 'source';
  if (['Mp4Stored', 'VideoSwitched', 'CachesPurged', 'GenerationReady'].includes(type)) return 'serve';
  if (stage !== undefined && type !== 'GenerationFailed') return String(stage);
  return 'generation';
}

const painted = (type: string): string => {
  if (/Failed$|DeadLettered$|Denied$|Refused$/.test(type)) return red(type);
  if (/Ready$|Delivered$|Charged$|Stored$/.test(type)) return green(type);
  if (/Cancelled$|Released$|Retry|Held$|Deleted$/.test(type)) return yellow(type);
  return type;
};

const span = (facts: readonly Traced[]): string => {
  const [first, last] = [facts[0], facts.at(-1)];
  return facts.length > 1 ? ` ${seconds((last?.sinceStart ?? 0) - (first?.sinceStart ?? 0))}` : '';
};

const because = ({ cause, sinceCause }: Traced): string =>
  cause.type === undefined
    ? dim(`by ${cause.id}`)
    : dim(`by ${cause.type} (${cause.stream} ${cause.seq}), ${seconds(sinceCause ?? 0)} before`);

function factLine(one: Traced): string {
  const { type, meta } = one.fact;
  const { attempt, latencyMs } = dataOf(one);
  const again = typeof attempt === 'number' && attempt > 1 ? ` #${attempt}` : '';
  const took = latencyMs === undefined ? '' : ` (${seconds(Number(latencyMs))})`;
  const at = dim(`+${seconds(one.sinceStart)}`);
  return `${at} ${painted(type)}${again}${took} ${details(dataOf(one))} ${dim(`${meta.stream} ${meta.seq}`)} ${because(one)}`;
}

function branch(lines: readonly string[], last: boolean): string[] {
  return lines.map((line, index) => {
    if (index === 0) return `${last ? '└─ ' : '├─ '}${line}`;
    return `${last ? '   ' : '│  '}${line}`;
  });
}

const tree = (heading: string, children: readonly string[][]): string[] => [
  heading,
  ...children.flatMap((lines, index) => branch(lines, index === children.length - 1)),
];

/** How a generation ended, in a word, and when. */
function ending(facts: readonly Traced[]): string {
  const end = facts.findLast(({ fact }) => /^Generation(Ready|Failed|Cancelled|Refused)$/.test(fact.type));
  if (!end) return yellow('in flight');
  return `${painted(end.fact.type)} after ${seconds(end.sinceStart - (facts[0]?.sinceStart ?? 0))}`;
}

function generationTree(n: number, facts: readonly Traced[]): string[] {
  const parts = [...Map.groupBy(facts, partOf)].map(([part, some]) =>
    tree(
      `${cyan(part)}${span(some)}`,
      some.map((one) => [factLine(one)]),
    ),
  );
  const asked = new Date(facts[0]?.fact.meta.ts ?? 0).toISOString();
  const heading = n === 0 ? bold('the asset') : `${bold(`generation ${n}`)} asked ${asked}: ${ending(facts)}`;
  return tree(heading, parts);
}

/**
 * An asset's timeline as a tree: its generations, in each its parts with how long they took, in each its facts with what
 * caused them: predictions, purges and deliveries among them.
 */
export function printTree(assetId: string, timeline: readonly Recorded[]): string[] {
  const generations = [...Map.groupBy(traced(timeline), generationOf)];
  return tree(
    bold(assetId),
    generations.map(([n, facts]) => generationTree(n, facts)),
  );
}
