import sharp from 'sharp';
import { Customer } from '../support/customer.ts';
import { pool } from '../support/pool.ts';
import type { Random } from '../support/random.ts';
import type { SoakSystem } from '../support/system.ts';

/** A generation that a customer will ask for, and what was answered. */
export interface Order {
  readonly customer: Customer;
  readonly body: { readonly src: string; readonly mode: 'loop' | 'animate-in' };
  assetId: string;
  mp4Url: string;
}

export interface CrowdMember {
  readonly customer: Customer;
  readonly sources: readonly string[];
}

/** The team plan's month: as many customers as it takes, none of them beyond it. */
const MONTH = 500;
const IMAGES = 4;
/** One in so many loops, which takes two predictions one after the other. */
const LOOP_EVERY = 10;
const SHORTEST_S = 2;
const CALLS_AT_ONCE = 24;

const image = (random: Random): Promise<Buffer> => {
  const background = { r: random.below(256), g: random.below(256), b: random.below(256) };
  return sharp({ create: { width: 256, height: 256, channels: 3, background } })
    .jpeg()
    .toBuffer();
};

export async function crowd(system: SoakSystem, count: number, random: Random): Promise<CrowdMember[]> {
  const members: CrowdMember[] = [];
  while (members.length * MONTH < count) {
    const customer = await Customer.signUp(system, 'team');
    const sources: string[] = [];
    while (sources.length < IMAGES) sources.push(await customer.upload(await image(random)));
    members.push({ customer, sources });
  }
  return members;
}

export const orders = (members: readonly CrowdMember[], count: number, random: Random): Order[] =>
  Array.from({ length: count }, (_, index) => {
    const { customer, sources } = members[index % members.length] as CrowdMember;
    const mode = index % LOOP_EVERY === 0 ? 'loop' : 'animate-in';
    const motion = random.pick(['subtle', 'medium', 'kinetic'] as const);
    const body = {
      src: random.pick(sources),
      mode,
      motion,
      dur_seconds: SHORTEST_S,
      idem: `${index}`,
    } as const;
    return { customer, body, assetId: '', mp4Url: '' };
  });

/** Asks for all of them over HTTP; gives the answers that were no 200. */
export async function placeAll(all: readonly Order[]): Promise<string[]> {
  const refused: string[] = [];
  await pool(all, CALLS_AT_ONCE, async (order) => {
    const answer = await order.customer.prepare(order.body);
    if (answer.status !== 200) {
      refused.push(`${answer.status} ${answer.text}`);
      return;
    }
    order.assetId = answer.body.asset_id;
    order.mp4Url = answer.body.mp4_url;
  });
  return refused;
}
