import type { Recorded } from '@zoetrope/contracts/fact';

type Data = Readonly<Record<string, unknown>>;

/** What is worth a column of its own, or stands on every fact. */
const HIDDEN = new Set([
  ...[
    'assetId',
    'projectId',
    'ownerId',
    'commandId',
    'period',
    'requestSeq',
    'latest',
    'generation',
    'number',
  ],
  ...['stage', 'attempt', 'latencyMs', 'deliveryId', 'eventId', 'eventType', 'sourceSeq'],
]);

/** `1.234s` */
export const seconds = (ms: number) => `${(ms / 1000).toFixed(3)}s`;
const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What a fact says that has no column of its own. */
export const details = (data: Data): string =>
  Object.entries(data)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${plain(value)}`)
    .join(' ');

const place = (data: Data): string => {
  const attempt = typeof data.attempt === 'number' && data.attempt > 1 ? `#${data.attempt}` : '';
  return data.stage ? `${String(data.stage)}${attempt}` : '';
};

/** One line a fact: since the start, since the line before, writer's stream, generation, fact, stage, what it says. */
export function printTimeline(timeline: readonly Recorded[]): string[] {
  const start = timeline[0]?.meta.ts ?? 0;
  return timeline.map((fact, index) => {
    const data = fact.data as Data;
    const step = fact.meta.ts - (timeline[index - 1]?.meta.ts ?? start);
    const generation = data.generation ?? data.number ?? '';
    return [
      seconds(fact.meta.ts - start).padStart(9),
      `+${seconds(step)}`.padStart(9),
      fact.meta.stream.padEnd(6),
      `g${String(generation)}`.padEnd(4),
      fact.type.padEnd(24),
      place(data).padEnd(9),
      data.latencyMs === undefined ? '' : `(${seconds(Number(data.latencyMs))})`,
      details(data),
    ]
      .join(' ')
      .trimEnd();
  });
}
