import type { Fact } from './raw-log.ts';
import type { Results } from './results.ts';

/** What was in force from `ts` (Unix ms, the broker's) on. */
interface Since<T> {
  readonly ts: number;
  readonly value: T;
}
interface Billing {
  readonly enabled: boolean;
  readonly cap: number | null;
}

const NUMBERS: Readonly<Record<string, number>> = { free: 5, pro: 100, team: 500 };

const plansOf = (tenants: readonly Fact[], ownerId: string): Since<string>[] =>
  tenants
    .filter(({ subject }) => subject === `account.${ownerId}`)
    .map(({ ts, data }) => ({ ts, value: String(data.plan) }));

const billingsOf = (tenants: readonly Fact[], projectId: string): Since<Billing>[] => [
  { ts: 0, value: { enabled: false, cap: null } },
  ...tenants
    .filter(({ subject, type }) => subject === `project.${projectId}` && type === 'BillingChanged')
    .map(({ ts, data }) => ({
      ts,
      value: { enabled: data.overageEnabled === true, cap: data.overageCap as number | null },
    })),
];

/** What held at some instant from `from` to `to`. */
const inForce = <T>(all: readonly Since<T>[], from: number, to: number): T[] =>
  all
    .filter(({ ts }, index) => ts <= to && (all[index + 1]?.ts ?? Number.POSITIVE_INFINITY) >= from)
    .map(({ value }) => value);

/**
 * Every decision was made on terms that were in force between its request and itself: so whatever had been changed
 * before a request counts for it, whichever copy decided, and nothing is decided on what nobody had set.
 * @returns how many decisions there were
 */
export function checkTerms(
  ledger: readonly Fact[],
  assets: readonly Fact[],
  tenants: readonly Fact[],
  who: { ownerId: string; projectId: string },
  results: Results,
): number {
  const askedAt = new Map(assets.map(({ seq, ts }) => [seq, ts]));
  const [plans, billings] = [plansOf(tenants, who.ownerId), billingsOf(tenants, who.projectId)];
  const wrong: string[] = [];
  let checked = 0;
  for (const fact of ledger) {
    const from = askedAt.get(Number(fact.data.requestSeq));
    if (from === undefined || !/^Generation(Reserved|Denied)$/.test(fact.type)) continue;
    checked += 1;
    const about = inForce(billings, from, fact.ts);
    const planFits = inForce(plans, from, fact.ts).includes(String(fact.data.plan));
    const numberFits = fact.data.limit === NUMBERS[String(fact.data.plan)];
    if (!planFits || !numberFits || !about.some((billing) => allows(billing, fact)))
      wrong.push(`${fact.seq} ${fact.type} ${JSON.stringify(fact.data)}`);
  }
  results.rule('every decision stands on terms that were in force', wrong);
  return checked;
}

function allows({ enabled, cap }: Billing, { type, data }: Fact): boolean {
  if (type === 'GenerationReserved') {
    return data.overage !== true || (enabled && data.overageCap === (cap ?? data.limit));
  }
  if (data.reason === 'overage_disabled') return !enabled;
  return data.reason === 'limit' ? data.plan === 'free' : enabled;
}
