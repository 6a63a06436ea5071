import sharp from 'sharp';
import { Customer } from '../support/customer.ts';
import { chargedMonth, plant, thisPeriod } from '../support/planting.ts';
import { pool } from '../support/pool.ts';
import type { RawLog } from '../support/raw-log.ts';
import type { SoakSystem } from '../support/system.ts';

/** One owner on Pro, with a month that is used up but for a few, and the assets that they ask about. */
export interface Shop {
  readonly system: SoakSystem;
  readonly customer: Customer;
  readonly assets: readonly string[];
  readonly period: string;
  readonly log: RawLog;
}

const PRO = 100;
const CALLS_AT_ONCE = 16;

/** @param left generations of the month that are left once every asset has its first */
export async function openShop(
  system: SoakSystem,
  log: RawLog,
  options: { assets: number; left: number },
): Promise<Shop> {
  const customer = await Customer.signUp(system, 'pro');
  const { ownerId, projectId } = customer;
  const period = thisPeriod();
  const count = PRO - options.assets - options.left;
  await plant(log.connection, chargedMonth({ ownerId, projectId, period, count }));
  const create = { width: 256, height: 256, channels: 3 as const, background: '#335577' };
  const src = await customer.upload(await sharp({ create }).jpeg().toBuffer());
  const assets: string[] = [];
  await pool(
    Array.from({ length: options.assets }, (_, n) => n),
    CALLS_AT_ONCE,
    async (n) => {
      const answer = await customer.prepare({ src, mode: 'animate-in', dur_seconds: 2, idem: `${n}` });
      if (answer.status !== 200) throw new Error(`prepare answered ${answer.status} ${answer.text}`);
      assets.push(answer.body.asset_id);
    },
  );
  return { system, customer, assets, period, log };
}

export const ledgerOf = ({ customer, period, log }: Shop) =>
  log.read('QUOTA', `quota.${customer.ownerId}.${period}`);
