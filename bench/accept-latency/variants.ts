import sharp from 'sharp';
import { Customer } from '../../soak/support/customer.ts';
import { chargedMonth, type Planted, pastCommand, plant, thisPeriod } from '../../soak/support/planting.ts';
import type { Fact, RawLog } from '../../soak/support/raw-log.ts';
import type { SoakSystem } from '../../soak/support/system.ts';

/** One owner with one asset, and how much past they have. */
export interface Variant {
  readonly name: string;
  /** Charged generations of the present month. */
  readonly ledger: number;
  /** Generations of the asset, in an earlier month. */
  readonly regenerates: number;
  readonly customer: Customer;
  readonly assetId: string;
}

/** Where the past of an asset lies: its own ledger is not the present month's. */
const PAST = '2026-01';
const CAP = 1_000_000;

export async function openVariant(
  system: SoakSystem,
  name: string,
  past: { ledger?: number; regenerates?: number } = {},
): Promise<Variant> {
  const customer = await Customer.signUp(system, 'pro');
  const billing = { overage_enabled: true, overage_cap: CAP };
  await customer.call('PUT', `/api/projects/${customer.projectId}/billing`, billing);
  const create = { width: 256, height: 256, channels: 3 as const, background: '#224466' };
  const src = await customer.upload(await sharp({ create }).jpeg().toBuffer());
  const answer = await customer.prepare({ src, mode: 'animate-in', dur_seconds: 2 });
  if (answer.status !== 200) throw new Error(`prepare answered ${answer.status} ${answer.text}`);
  const { ledger = 0, regenerates = 0 } = past;
  return { name, ledger, regenerates, customer, assetId: answer.body.asset_id };
}

/** Puts the past into the log: what nobody would wait to live through. */
export async function plantPast(log: RawLog, variant: Variant): Promise<void> {
  const { customer, ledger, regenerates } = variant;
  const { ownerId, projectId } = customer;
  const owner = { ownerId, projectId };
  await plant(log.connection, chargedMonth({ ...owner, period: thisPeriod(), count: ledger }));
  if (regenerates === 0) return;
  await plant(log.connection, chargedMonth({ ...owner, period: PAST, count: regenerates }));
  const seqs = await plant(log.connection, requests(variant));
  await plant(log.connection, generations(variant, seqs, await firstGeneration(log, variant)));
}

const subjectOf = ({ assetId }: Variant, part: string) => `asset.${assetId.slice(0, 2)}.${assetId}.${part}`;

function* requests(variant: Variant): Generator<Planted> {
  const { customer, assetId, regenerates } = variant;
  const { ownerId, projectId } = customer;
  for (let n = 1; n <= regenerates; n++) {
    const commandId = pastCommand(ownerId, PAST, n);
    const ids = { assetId, projectId, ownerId, commandId };
    const data = { ...ids, number: n + 1, period: PAST, asked: {}, requestedBy: 'api' };
    const subject = subjectOf(variant, 'request');
    yield { subject, type: 'AssetRegenerateRequested', service: 'gateway', data, cause: commandId };
  }
}

/** What the generator wrote of the first one, for the others to be like. */
async function firstGeneration(log: RawLog, variant: Variant): Promise<Fact[]> {
  const facts = await log.read('ASSETS', subjectOf(variant, 'generation'));
  return facts.filter(({ type }) => type === 'GenerationQueued' || type === 'Mp4Stored');
}

function* generations(variant: Variant, seqs: readonly number[], first: readonly Fact[]): Generator<Planted> {
  const subject = subjectOf(variant, 'generation');
  for (const [index, requestSeq] of seqs.entries()) {
    const generation = index + 2;
    const commandId = pastCommand(variant.customer.ownerId, PAST, index + 1);
    for (const { type, data } of first) {
      const mine = { generation, requestSeq, commandId, period: PAST, latest: { generation, requestSeq } };
      yield {
        subject,
        type,
        service: 'generator',
        data: { ...data, ...mine },
        cause: `${commandId}-${type}`,
      };
    }
  }
}
