import type { Customer } from '../support/customer.ts';
import type { RawLog } from '../support/raw-log.ts';
import type { Results } from '../support/results.ts';

/** How many generations of one owner were asked for and set aside, read raw. */
export interface Effects {
  readonly asked: number;
  readonly reserved: number;
}

export async function effects(log: RawLog, { ownerId }: Customer): Promise<Effects> {
  const requests = await log.read('ASSETS', 'asset.*.*.request');
  const ledger = await log.read('QUOTA', `quota.${ownerId}.*`);
  const mine = requests.filter(({ data }) => data.ownerId === ownerId);
  return {
    asked: mine.filter(({ type }) => type === 'AssetPrepared' || type === 'AssetRegenerateRequested').length,
    reserved: ledger.filter(({ type }) => type === 'GenerationReserved').length,
  };
}

/** Holds that exactly `expected` more generations were asked for and set aside since `before`. */
export async function expectEffects(
  log: RawLog,
  customer: Customer,
  { before, expected, what }: { before: Effects; expected: number; what: string },
  results: Results,
): Promise<void> {
  const now = await effects(log, customer);
  const [asked, reserved] = [now.asked - before.asked, now.reserved - before.reserved];
  if (asked !== expected || reserved !== expected)
    results.violation(
      `${what}: ${asked} generations asked for and ${reserved} reserved instead of ${expected}`,
    );
}
