import { LedgerCheck } from '../support/ledger-check.ts';
import { checkRefusals } from '../support/refusals.ts';
import type { Results } from '../support/results.ts';
import { rate, seconds } from '../support/results.ts';
import { accepted, askThrough, quantile, refused, type Told } from './asking.ts';
import { ledgerOf, type Shop } from './shop.ts';

/** All at once: `requests` regenerates over all assets, in turn through each gateway, with `left` generations left. */
export async function crowd(
  shop: Shop,
  options: { requests: number; left: number },
  results: Results,
): Promise<Told[]> {
  const { system, customer, assets } = shop;
  const before = await customer.month();
  const room = before.limit - before.used - before.reserved;
  if (room !== options.left) results.violation(`${room} are left before the crowd, not ${options.left}`);
  const began = performance.now();
  const told = await Promise.all(
    Array.from({ length: options.requests }, (_, n) => {
      const first = n % system.gateways.length;
      const gateways = [...system.gateways.slice(first), ...system.gateways.slice(0, first)];
      return askThrough(gateways, customer.cookie, assets[n % assets.length] ?? '');
    }),
  );
  const took = performance.now() - began;
  results.note(`${told.length} answered in ${seconds(took)}: ${accepted(told).length} accepted`);
  results.figure(
    'the crowd',
    `${told.length} at once over ${assets.length} assets and ${system.gateways.length} gateways`,
  );
  results.figure('accepted, refused', `${accepted(told).length}, ${refused(told).length}`);
  results.figure(
    'decided',
    `${rate(told.length, took)}, slowest ${seconds(
      quantile(
        told.map(({ ms }) => ms),
        1,
      ),
    )}`,
  );
  results.figure(
    '503 and 409 repeated',
    told.reduce((sum, { repeats }) => sum + repeats, 0),
  );
  checkRefusals(told, results);
  if (accepted(told).length !== options.left)
    results.violation(`${accepted(told).length} were accepted with ${options.left} left`);
  await checkLedger(shop, told, results);
  return told;
}

async function checkLedger(shop: Shop, told: readonly Told[], results: Results): Promise<void> {
  const tally = LedgerCheck.of(await ledgerOf(shop));
  results.rule('at no sequence of the ledger is used + reserved over the limit', tally.violations);
  results.rule('nobody was refused whose asset has a reservation more', missing(told, tally.reserved));
  if (tally.denied.length !== refused(told).length)
    results.violation(`${refused(told).length} were refused, the ledger denied ${tally.denied.length}`);
}

/** Accepted ones that the ledger does not have. */
const missing = (told: readonly Told[], reserved: ReadonlyMap<string, unknown>): string[] =>
  accepted(told)
    .map(({ assetId, generation }) => `${assetId}/${generation}`)
    .filter((name) => !reserved.has(name));
