import type { Customer } from './customer.ts';
import type { Tally } from './ledger-check.ts';
import type { Results } from './results.ts';
import type { SoakSystem } from './system.ts';

/** A month of an owner, as the owner and the operator are told of it. */
interface Metered {
  readonly system: SoakSystem;
  readonly customer: Customer;
  readonly period: string;
}

/** The meter and the operator's account of the month say what the ledger says. */
export async function checkExplained(
  { system, customer, period }: Metered,
  tally: Tally,
  results: Results,
): Promise<void> {
  const { used, reserved, overage } = await customer.month();
  if (used !== tally.used || reserved !== tally.open.length || overage !== tally.overage)
    results.violation(`the meter says ${used}, ${reserved} and ${overage}, the ledger ${tally.used} used`);
  const report = JSON.parse(
    await system.ops('usage', customer.email, '--period', period, '--json'),
  ) as Report;
  const sum = report.entries.reduce((cents, entry) => cents + entry.price_cents, 0);
  const charged = report.entries.filter(({ outcome }) => outcome === 'included' || outcome === 'overage');
  if (charged.length !== tally.used || sum !== tally.cents || report.total_cents !== tally.cents)
    results.violation(
      `ops usage explains ${charged.length} for ${sum} cents, not ${tally.used} for ${tally.cents}`,
    );
}

interface Report {
  readonly total_cents: number;
  readonly entries: readonly { outcome: string; price_cents: number }[];
}
