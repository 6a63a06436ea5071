import { Customer, type PlanName } from '../support/customer.ts';
import type { SoakSystem } from '../support/system.ts';

/** PRODUCT 5. */
const FREE_GENERATIONS = 5;

/** Accounts by plan, each with the photograph uploaded; Free ones are opened as their months are used up. */
export class Accounts {
  readonly #system: SoakSystem;
  readonly #photo: Uint8Array;
  readonly #open = new Map<PlanName, { asked: number; account: Promise<Account> }>();

  constructor(system: SoakSystem, photo: Uint8Array) {
    this.#system = system;
    this.#photo = photo;
  }

  /** The account that asks for the next generation on this plan. */
  next(plan: PlanName): Promise<Account> {
    const known = this.#open.get(plan);
    const full = plan === 'free' && known?.asked === FREE_GENERATIONS;
    const entry = known && !full ? known : { asked: 0, account: this.#signUp(plan) };
    entry.asked += 1;
    this.#open.set(plan, entry);
    return entry.account;
  }

  async #signUp(plan: PlanName): Promise<Account> {
    const customer = await Customer.signUp(this.#system, plan);
    return { customer, src: await customer.upload(this.#photo) };
  }
}

export interface Account {
  readonly customer: Customer;
  readonly src: string;
}
