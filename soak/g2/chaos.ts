import { jetstreamManager } from '@nats-io/jetstream';
import type { Random } from '../support/random.ts';
import { checkRefusals } from '../support/refusals.ts';
import type { Renderer } from '../support/renderer.ts';
import type { Results } from '../support/results.ts';
import { accepted, askThrough, refused, type Told } from './asking.ts';
import type { Shop } from './shop.ts';

export interface ChaosOptions {
  /** Regenerates asked for, a few at a time. */
  readonly asks: number;
  readonly kills: number;
}

const BURST = 8;
const CAPS = [0, 3, 8, 15, 25, null];

/**
 * Regenerates keep coming while quota copies are killed, everything they ever handled is delivered to them again,
 * the renderer fails, the owner changes plan, toggle and cap, and cancels. All chosen by the seed.
 */
export class Chaos {
  readonly #shop: Shop;
  readonly #random: Random;
  readonly #renderer: Renderer;
  readonly #results: Results;
  readonly #options: ChaosOptions;
  readonly #done = new Map<string, number>();
  #kills = 0;
  #asking: Promise<Told>[] = [];

  constructor(shop: Shop, random: Random, renderer: Renderer, results: Results, options: ChaosOptions) {
    this.#shop = shop;
    this.#random = random;
    this.#renderer = renderer;
    this.#results = results;
    this.#options = options;
  }

  async run(): Promise<Told[]> {
    await this.#billing(true, 25);
    const rounds = Math.ceil(this.#options.asks / BURST);
    const killIn = new Set(
      this.#random.sample(
        Array.from({ length: rounds }, (_, n) => n),
        this.#options.kills,
      ),
    );
    const told: Told[] = [];
    for (let round = 0; round < rounds; round++) {
      this.#burst();
      if (killIn.has(round)) await this.#kill();
      await this.#disturb();
      // The burst before last is over before the next begins, so that a few are always under way.
      told.push(...(await Promise.all(this.#asking.splice(0, this.#asking.length - BURST))));
    }
    told.push(...(await Promise.all(this.#asking)));
    this.#report(told);
    return told;
  }

  #burst(): void {
    const { system, customer, assets } = this.#shop;
    for (let n = 0; n < BURST; n++) {
      const gateways = this.#random.sample(system.gateways, system.gateways.length);
      this.#asking.push(askThrough(gateways, customer.cookie, this.#random.pick(assets)));
    }
  }

  async #kill(): Promise<void> {
    const copy = this.#random.pick(this.#shop.system.copies.quota);
    await copy.kill('SIGKILL');
    this.#kills += 1;
    this.#count('kill -9 of a quota copy');
  }

  async #disturb(): Promise<void> {
    const { customer, assets, system } = this.#shop;
    const what = this.#random.pick([
      'again',
      'billing',
      'billing',
      'plan',
      'cancel',
      'cancel',
      'fault',
      'fault',
    ] as const);
    this.#count(what);
    if (what === 'again') await this.#deliverAgain();
    else if (what === 'billing') await this.#billing(this.#random.next() < 0.7, this.#random.pick(CAPS));
    else if (what === 'plan')
      await system.ops('plan', customer.email, this.#random.pick(['pro', 'pro', 'free']));
    else if (what === 'cancel')
      await customer.call('POST', `/api/assets/${this.#random.pick(assets)}/cancel`);
    else await this.#renderer.nextFaults([this.#random.pick([{ kind: 'fail' }, { kind: 'lost-webhook' }])]);
  }

  /** Every request and every ending since the beginning is delivered once more. */
  async #deliverAgain(): Promise<void> {
    const manager = await jetstreamManager(this.#shop.log.connection);
    for (const durable of ['quota-decide', 'quota-settle'])
      await manager.consumers.reset('ASSETS', durable, 1);
  }

  async #billing(enabled: boolean, cap: number | null): Promise<void> {
    const { customer } = this.#shop;
    const body = { overage_enabled: enabled, overage_cap: cap };
    const answer = await customer.call('PUT', `/api/projects/${customer.projectId}/billing`, body);
    if (answer.status !== 200) throw new Error(`billing answered ${answer.status} ${answer.text}`);
  }

  #count(what: string): void {
    this.#done.set(what, (this.#done.get(what) ?? 0) + 1);
  }

  #report(told: readonly Told[]): void {
    const repeats = told.reduce((sum, one) => sum + one.repeats, 0);
    this.#results.figure(
      'under faults',
      `${told.length} asked, ${accepted(told).length} accepted, ${refused(told).length} refused, ${repeats} repeats`,
    );
    this.#results.figure(
      'disturbed by',
      [...this.#done].map(([what, count]) => `${count} ${what}`).join(', '),
    );
    checkRefusals(told, this.#results);
  }
}
