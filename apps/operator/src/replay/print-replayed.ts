import type { RowDifference } from '@zoetrope/projections/compare-tables';
import { bold, dim, green, red, yellow } from '../terminal/colours.js';
import type { Replayed } from './replay-projection.js';

const count = (n: number): string => Math.round(n).toLocaleString('en');

function printDifference({ table, key, live, fresh }: RowDifference): string {
  const row = `${table} ${key.join(' ')}`;
  if (!live) return `${row}: missing in the live table`;
  if (!fresh) return `${row}: the log knows nothing of it`;
  const columns = Object.keys({ ...live, ...fresh }).filter(
    (column) => JSON.stringify(live[column]) !== JSON.stringify(fresh[column]),
  );
  const both = columns.map((column) => {
    return `${column} is ${JSON.stringify(live[column])}, the log says ${JSON.stringify(fresh[column])}`;
  });
  return `${row}: ${both.join('; ')}`;
}

/** What a replay did, for a person. */
export function printReplayed(replayed: Replayed): string[] {
  const { projection, stream, facts, seconds, facts_per_second, rows, differences, position } = replayed;
  const verdict =
    differences === 0
      ? green(`all ${count(rows)} rows equal`)
      : red(`${count(differences)} of ${count(rows)} rows differ`);
  const more = differences - replayed.told.length;
  return [
    `${bold(projection)}: ${count(facts)} facts of ${stream} in ${seconds.toFixed(1)} s, ${count(facts_per_second)} a second`,
    ...replayed.left_out.map((fact) => yellow(`  left out, cannot be read: ${fact}`)),
    `  compared at ${count(position)}: ${verdict}`,
    ...replayed.told.map((difference) => `    ${printDifference(difference)}`),
    ...(more > 0 ? [`    and ${count(more)} more`] : []),
    replayed.swapped
      ? `  live now; what was live is kept in ${replayed.kept} ${dim('(npm run ops -- replay drop-old)')}`
      : '  nothing was changed',
  ];
}
