import type { Results } from '../support/results.ts';
import { askThrough, quantile, type Told } from './asking.ts';
import { ledgerOf, type Shop } from './shop.ts';

type Call = () => Promise<unknown>;

/**
 * What was changed a moment before a request counts for it: the owner's overage over HTTP through one gateway, the
 * plan by the operator, and the regenerate through another gateway as soon as the change is in the log. The month is
 * used up, so the answer tells on which terms it was decided; whichever quota copy does has old ones in memory.
 */
export class JustBefore {
  readonly #shop: Shop;
  readonly #results: Results;
  readonly #gaps: number[] = [];
  readonly #told: Told[] = [];
  #asked = 0;

  constructor(shop: Shop, results: Results) {
    this.#shop = shop;
    this.#results = results;
  }

  async run(rounds: number): Promise<Told[]> {
    const spent = (await ledgerOf(this.#shop)).filter(({ data }) => data.overage === true).length;
    for (let cap = spent + 1; cap <= spent + rounds; cap++) {
      await this.#ask('overage switched on', 200, () => this.#billing(true, cap));
      await this.#ask('a cap that is reached', 429, async () => {});
      await this.#ask('overage switched off', 429, () => this.#billing(false, cap));
    }
    // Apart from those: what an upgrade finds under way is within the new plan, and counts as overage no more.
    for (let round = 0; round < rounds; round++) {
      await this.#ask('an upgrade', 200, () => this.#plan('team'));
      await this.#ask('a downgrade', 429, () => this.#plan('pro'));
    }
    const [middle, worst] = [0.5, 1].map((q) => quantile(this.#gaps, q).toFixed(1));
    this.#results.figure(
      'changed just before a request',
      `${this.#told.length} requests, sent ${middle} ms after the change was in the log (median; most ${worst} ms)`,
    );
    return this.#told;
  }

  async #ask(what: string, status: number, change: Call): Promise<void> {
    const { system, customer, assets } = this.#shop;
    const asset = assets[this.#asked % assets.length] ?? '';
    const turn = this.#asked++ % system.gateways.length;
    const gateways = [...system.gateways.slice(turn), ...system.gateways.slice(0, turn)];
    await change();
    const told = await askThrough(gateways, customer.cookie, asset);
    this.#told.push(told);
    if (told.status !== status)
      this.#results.violation(`after ${what} a regenerate was answered ${told.status} ${told.text}`);
  }

  async #billing(enabled: boolean, cap: number): Promise<void> {
    const { customer } = this.#shop;
    const body = { overage_enabled: enabled, overage_cap: cap };
    const path = `/api/projects/${customer.projectId}/billing`;
    await this.#stored(`project.${customer.projectId}`, async () => {
      const answer = await customer.call('PUT', path, body);
      if (answer.status !== 200) throw new Error(`billing answered ${answer.status} ${answer.text}`);
    });
  }

  async #plan(plan: 'pro' | 'team'): Promise<void> {
    const { system, customer } = this.#shop;
    const change = () => system.ops('plan', customer.email, plan);
    await this.#stored(`account.${customer.ownerId}`, change);
  }

  /** Goes on at the moment when the log has the change's fact, not when whoever made it has ended. */
  async #stored(subject: string, change: Call): Promise<void> {
    const { log } = this.#shop;
    const before = (await log.read('TENANTS', subject)).at(-1)?.seq ?? 0;
    let follow: { stop(): void } | undefined;
    const stored = new Promise<void>((resolve, reject) => {
      const take = ({ seq, ts }: { seq: number; ts: number }) => {
        if (seq <= before) return;
        this.#gaps.push(Math.max(0, Date.now() - ts));
        resolve();
      };
      log
        .follow('TENANTS', subject, take)
        .then((begun) => {
          follow = begun;
          return change();
        })
        .catch(reject);
    });
    await stored.finally(() => follow?.stop());
  }
}
