import { dollars, overagePrice, type UsageEntry, type UsageReport } from './usage-report.js';

const time = (ts: number): string => new Date(ts).toISOString().slice(0, 19).replace('T', ' ');

const outcomeOf = ({ outcome, reason }: UsageEntry): string => {
  if (outcome === 'reserved') return 'in flight';
  return reason ? `${outcome} (${reason.replaceAll('_', ' ')})` : outcome;
};

const row = (entry: UsageEntry): string =>
  [
    time(entry.asked_at),
    (entry.settled_at === undefined ? '' : time(entry.settled_at)).padEnd(19),
    entry.asset_id,
    `g${entry.generation}`.padEnd(5),
    outcomeOf(entry).padEnd(28),
    dollars(entry.price_cents).padStart(6),
  ].join('  ');

/** The month as a person reads it: a heading, a line for each generation, the sums. Times in UTC. */
export function printUsage(email: string, report: UsageReport): string[] {
  const { used, overage, reserved, limit, total_cents, plan, period, resets_at } = report;
  const heading = [
    'asked'.padEnd(19),
    'settled'.padEnd(19),
    'asset'.padEnd(32),
    'gen'.padEnd(5),
    'outcome'.padEnd(28),
    ' price',
  ].join('  ');
  return [
    `${email}, ${period} (UTC), resets ${time(resets_at)}`,
    `plan ${plan}: ${limit} a month, ${overagePrice(plan)}`,
    '',
    heading,
    ...report.entries.map(row),
    '',
    `used ${used} of ${limit}: ${used - overage} included, ${overage} overage for ${dollars(total_cents)}; ${reserved} in flight`,
    ...report.thresholds.map(
      ({ percent, limit: of, reached_at }) => `${percent} % of ${of} reached ${time(reached_at)}`,
    ),
  ];
}
