import { bold, dim, green, red, yellow } from '../terminal/colours.js';
import type { Difference } from './difference.js';
import type { Verified } from './verify.js';

const value = (one: unknown): string => {
  const text = typeof one === 'string' ? one : JSON.stringify(one);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

function printDifference({ kind, where, what, expected, found, fact }: Difference): string[] {
  const sides = [
    ...(expected === undefined ? [] : [`    the log says ${value(expected)}`]),
    ...(found === undefined ? [] : [`    there is     ${value(found)}`]),
  ];
  const by = fact
    ? `    by ${fact.stream} ${fact.seq} ${fact.type} of ${new Date(fact.ts).toISOString()} on ${fact.subject}`
    : '    by no fact';
  return [`${red(kind)} ${bold(where)} ${what}`, ...sides, dim(by)];
}

const count = (n: number): string => n.toLocaleString('en');

/** What verify has found, for a person. */
export function printVerified(verified: Verified): string[] {
  const { differences, facts, rows, ledgers, objects, urls, unchecked } = verified;
  return [
    ...differences.flatMap(printDifference),
    ...Object.entries(unchecked).map(([why, n]) => yellow(`${count(n)} URLs not asked for: ${why}`)),
    `${count(facts)} facts: ${count(rows)} rows, ${count(ledgers)} ledgers, ${count(objects)} objects, ${count(urls)} URLs`,
    differences.length === 0
      ? green('everything is as the log says')
      : red(`${count(differences.length)} difference${differences.length === 1 ? '' : 's'}`),
  ];
}
