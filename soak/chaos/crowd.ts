import { setTimeout as delay } from 'node:timers/promises';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type PlanName } from '../support/customer.ts';
import { type KeyedCall, type OnSent, sendUntilDecided } from '../support/keyed-call.ts';
import { chargedMonth, plant, thisPeriod } from '../support/planting.ts';
import type { Random } from '../support/random.ts';
import type { RawLog } from '../support/raw-log.ts';
import type { Results } from '../support/results.ts';
import { Violation } from '../support/soak.ts';
import type { SoakSystem } from '../support/system.ts';
import { badCall, promptOf, regenerateBody } from './asks.ts';
import type { Work } from './work.ts';

/** A generation that somebody asked for and what they were told in the end. */
export interface Told {
  readonly assetId: string;
  /** Of a 200. */
  readonly generation?: number;
  readonly status: number;
  readonly text: string;
  readonly code: string | null;
}

/** One customer with their assets. */
export interface Buyer {
  readonly customer: Customer;
  readonly src: string;
  readonly assets: { id: string; mp4Url: string }[];
  /** How often they ask, beside the others. */
  readonly weight: number;
}

/** `left`: generations of the month that are left to begin with; `overage`: how many beyond the plan, if any. */
interface Kind {
  /** Of a short run, too. */
  readonly always?: true;
  readonly plan: PlanName;
  readonly assets: number;
  readonly weight: number;
  readonly left?: number;
  readonly overage?: number;
}
/** Of every kind of account; Team's model is the one that really renders (`stage.ts`). */
const KINDS: readonly Kind[] = [
  { plan: 'pro', assets: 5, weight: 6, always: true },
  { plan: 'pro', assets: 5, weight: 6, overage: 60 },
  { plan: 'pro', assets: 5, weight: 6, overage: 60 },
  { plan: 'pro', assets: 5, weight: 6, overage: 60 },
  { plan: 'pro', assets: 3, weight: 1.5, left: 12 },
  { plan: 'pro', assets: 3, weight: 1.5, left: 12, overage: 4, always: true },
  { plan: 'team', assets: 3, weight: 1.5 },
  { plan: 'free', assets: 2, weight: 0.5 },
];
const PRO = 100;
const WORKERS = 20;
/** Who only looks: owners at their assets, the world at its videos. */
const READERS = 2;
/** Generations under way at a time. */
const OPEN = 36;
const ASK_AGAIN_MS = 200;
/** Of each worker between two calls: so that 10 minutes are some 500 generations, and most of them are let end. */
const PAUSE_MS = [3_000, 14_000] as const;
const LOOK_MS = [100, 900] as const;

/** Everybody who asks, and what they were told. */
export class Crowd {
  readonly buyers: Buyer[] = [];
  readonly told: Told[] = [];
  readonly counts = new Map<string, number>();
  repeats = 0;
  readonly #system: SoakSystem;
  readonly #work: Work;
  readonly #random: Random;
  readonly #results: Results;
  readonly #onSent: OnSent;
  #calls = 0;

  constructor(system: SoakSystem, work: Work, random: Random, results: Results) {
    this.#system = system;
    this.#work = work;
    this.#random = random;
    this.#results = results;
    this.#onSent = (gateway) => work.sent(gateway);
  }

  /** Accounts of every kind and their first assets; of two kinds for a short run. */
  async open(log: RawLog, how: { readonly short: boolean }): Promise<void> {
    const kinds = KINDS.filter(({ always }) => always || !how.short);
    for (const [index, kind] of kinds.entries()) {
      const customer = await Customer.signUp(this.#system, kind.plan);
      const { ownerId, projectId } = customer;
      if (kind.left !== undefined) {
        const month = { ownerId, projectId, period: thisPeriod(), count: PRO - kind.left };
        await plant(log.connection, chargedMonth(month));
      }
      if (kind.overage !== undefined) {
        const billing = { overage_enabled: true, overage_cap: kind.overage };
        const answer = await customer.call('PUT', `/api/projects/${projectId}/billing`, billing);
        if (answer.status !== 200) throw new Error(`billing answered ${answer.status} ${answer.text}`);
      }
      const src = await customer.upload(await photoLike({ width: 256, height: 256, seed: index }));
      const buyer: Buyer = { customer, src, assets: [], weight: kind.weight };
      this.buyers.push(buyer);
      for (let n = 0; n < kind.assets; n++) await this.#prepare(buyer);
    }
  }

  /** Asks for this and that until `over`, as many at a time as the system is meant to have. */
  async ask(over: AbortSignal): Promise<void> {
    const worker = async () => {
      while (!over.aborted) {
        const isFull = this.#work.openGenerations >= OPEN;
        if (!isFull) await this.#something();
        const ms = isFull ? ASK_AGAIN_MS : this.#random.between(...PAUSE_MS);
        await delay(ms, undefined, { signal: over }).catch(() => undefined);
      }
    };
    const reader = async () => {
      while (!over.aborted) {
        await this.#guarded(() => this.#look());
        await delay(this.#random.between(...LOOK_MS), undefined, { signal: over }).catch(() => undefined);
      }
    };
    const all = [...Array.from({ length: WORKERS }, worker), ...Array.from({ length: READERS }, reader)];
    await Promise.all(all);
  }

  /** Several regenerates at one moment, so that more than one copy has something in hand. Over when all are decided. */
  async burst(count: number): Promise<void> {
    const one = () => this.#guarded(() => this.#regenerate(this.#buyer()));
    await Promise.all(Array.from({ length: count }, one));
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#results.violation(error.message);
    }
  }

  async #something(): Promise<void> {
    const at = this.#random.next();
    const buyer = this.#buyer();
    await this.#guarded(async () => {
      if (at < 0.66) await this.#regenerate(buyer);
      else if (at < 0.78) await this.#prepare(buyer);
      else if (at < 0.88) await this.#cancel(buyer);
      else await this.#bad(buyer);
    });
  }

  #buyer(): Buyer {
    let at = this.#random.next() * this.buyers.reduce((sum, { weight }) => sum + weight, 0);
    for (const buyer of this.buyers) {
      at -= buyer.weight;
      if (at < 0) return buyer;
    }
    return this.buyers[0] as Buyer;
  }

  #key(): string {
    this.#calls += 1;
    return `chaos-${this.#random.seed}-${this.#calls}`;
  }

  async #send(customer: { readonly cookie: string }, call: KeyedCall) {
    const gateways = this.#random.sample(this.#system.gateways, this.#system.gateways.length);
    const sent = await sendUntilDecided(gateways, customer, call, this.#onSent);
    this.repeats += sent.repeats;
    return sent;
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  async #prepare({ customer, src, assets }: Buyer): Promise<void> {
    const key = this.#key();
    const body = {
      project_id: customer.projectId,
      src,
      idem: key,
      dur_seconds: 2,
      mode: this.#random.pick(['loop', 'loop', 'animate-in'] as const),
      prompt_override: promptOf(this.#random),
    };
    this.#count('prepares');
    const { status, text, code } = await this.#send(customer, { path: '/api/v1/prepare', key, body });
    const answer = status === 200 ? (JSON.parse(text) as Record<string, unknown>) : {};
    const assetId = String(answer.asset_id ?? '');
    this.told.push({ assetId, generation: status === 200 ? 1 : undefined, status, text, code });
    if (status === 200) assets.push({ id: assetId, mp4Url: String(answer.mp4_url) });
  }

  async #regenerate({ customer, assets }: Buyer): Promise<void> {
    const asset = this.#random.pick(assets);
    const path = `/api/assets/${asset.id}/regenerate`;
    this.#count('regenerates');
    const call = { path, key: this.#key(), body: regenerateBody(this.#random) };
    const { status, text, code } = await this.#send(customer, call);
    const generation =
      status === 200 ? Number((JSON.parse(text) as { generation: number }).generation) : undefined;
    this.told.push({ assetId: asset.id, generation, status, text, code });
  }

  /** An owner's look at an asset, or anybody's at its video. */
  async #look(): Promise<void> {
    const { customer, assets } = this.#buyer();
    const asset = this.#random.pick(assets);
    const isOwner = this.#random.next() < 0.5;
    const path = isOwner
      ? `/api/assets/${asset.id}`
      : asset.mp4Url.slice(new URL(asset.mp4Url).origin.length);
    this.#count('looks');
    const who = isOwner ? customer : { cookie: '' };
    const { status, text } = await this.#send(who, { method: 'GET', path, key: this.#key() });
    const fine = isOwner ? [200] : [200, 202, 502]; // no video yet, or none was ever made
    if (!fine.includes(status))
      this.#results.violation(`GET ${path} was answered ${status} ${text.slice(0, 200)}`);
  }

  async #cancel({ customer, assets }: Buyer): Promise<void> {
    const path = `/api/assets/${this.#random.pick(assets).id}/cancel`;
    this.#count('cancels');
    const { status, text } = await this.#send(customer, { path, key: this.#key() });
    if (status !== 200) this.#results.violation(`a cancel was answered ${status} ${text}`);
  }

  async #bad({ customer, assets }: Buyer): Promise<void> {
    const others = this.buyers.filter((buyer) => buyer.customer !== customer);
    const bad = badCall(this.#random, {
      key: this.#key(),
      asset: this.#random.pick(assets).id,
      foreign: this.#random.pick(this.#random.pick(others).assets).id,
      projectId: customer.projectId,
    });
    this.#count('bad requests');
    const { status, text } = await this.#send(bad.stranger ? { cookie: '' } : customer, bad.call);
    if (status !== bad.status || (bad.text !== undefined && text !== bad.text))
      this.#results.violation(
        `${JSON.stringify(bad.call).slice(0, 200)} was answered ${status} ${text.slice(0, 200)}, not ${bad.status}`,
      );
  }
}
