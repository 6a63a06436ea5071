import type { Buried } from '@zoetrope/eventlog/dead-letter-box';
import { bold, dim, red } from '../terminal/colours.js';

const time = (ts: number): string => new Date(ts).toISOString().slice(0, 19).replace('T', ' ');

/** A line for each. */
export function printLetters(all: readonly Buried[]): string[] {
  if (all.length === 0) return ['nothing was given up'];
  return all.map(({ id, letter }) =>
    [
      String(id).padStart(6),
      time(letter.at),
      letter.durable.padEnd(28),
      `${letter.stream} ${letter.seq}`.padEnd(16),
      letter.why,
    ].join('  '),
  );
}

/** One of them with everything that is known of it. */
export const printLetter = ({ id, letter }: Buried): string[] => [
  `${bold(`dead letter ${id}`)} of ${letter.durable}, given up ${time(letter.at)} after ${letter.deliveryCount} deliveries`,
  red(letter.why),
  ...(letter.stack ? [dim(letter.stack)] : []),
  '',
  `${letter.stream} ${letter.seq} on ${letter.subject}`,
  ...Object.entries(letter.headers).map(([name, values]) => dim(`${name}: ${values.join(', ')}`)),
  letter.encoding === 'utf8' ? letter.body : `(base64) ${letter.body}`,
];
