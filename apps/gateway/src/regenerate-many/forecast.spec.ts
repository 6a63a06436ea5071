import { describe, expect, it } from '@jest/globals';
import type { Recorded } from '@zoetrope/contracts/fact';
import { GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import { AssetId, CommandId, ProjectId } from '@zoetrope/contracts/ids';
import { emptyLedger, evolve, type Ledger, reserve } from '@zoetrope/domain/ledger';
import fc from 'fast-check';
import { forecast, type Terms } from './forecast.js';

const command = (n: number, terms: Terms) => ({
  ...terms,
  commandId: CommandId.parse(`cmd_${n.toString(16).padStart(32, '0')}`),
  assetId: AssetId.parse('a'.repeat(32)),
  projectId: ProjectId.parse(`prj_${'a'.repeat(20)}`),
  generation: 1,
  requestSeq: 1,
});

/** Asks quota's own decider `count` times. */
function reserved(count: number, ledger: Ledger, terms: Terms) {
  const seen = { included: 0, overage: 0, overage_cents: 0, refused: 0 };
  for (let n = 0; n < count; n++) {
    const decision = reserve(command(n, terms))(ledger);
    const fact = decision.kind === 'record' ? decision.facts[0] : undefined;
    if (!fact) throw new Error('nothing was decided');
    evolve(ledger, fact as unknown as Recorded);
    if (!GenerationReserved.is(fact)) seen.refused += 1;
    else if (!fact.data.overage) seen.included += 1;
    else {
      seen.overage += 1;
      seen.overage_cents += fact.data.priceCents;
    }
  }
  return seen;
}

describe('what many generations would use', () => {
  it('is what quota decides of them, one after the other', () => {
    const terms = fc.record({
      plan: fc.constantFrom('free' as const, 'pro' as const, 'team' as const),
      overageEnabled: fc.boolean(),
      overageCap: fc.option(fc.nat(30)),
    });
    const counts = fc.record({
      included: fc.nat(110),
      overage: fc.nat(30),
      openIncluded: fc.nat(10),
      openOverage: fc.nat(10),
    });
    fc.assert(
      fc.property(fc.nat(40), counts, terms, (count, month, given) => {
        const ledger = (): Ledger => ({ ...emptyLedger(), ...month });
        expect(forecast(count, ledger(), given)).toEqual(reserved(count, ledger(), given));
      }),
    );
  });
});
