import { describe, expect, it } from '@jest/globals';
import type { DenialReason } from '@zoetrope/contracts/facts/ledger';
import { charge, emptyLedger, evolve, type Ledger, release, reserve } from './ledger.js';
import { CHUNK_ENTRIES, readLedger, writeLedger } from './ledger-snapshot.js';

const ids = (n: number) => ({
  commandId: `cmd_${n.toString(16).padStart(32, '0')}` as never,
  assetId: 'cd'.repeat(16) as never,
  projectId: 'prj_01234567890123456789' as never,
  generation: n,
  requestSeq: n,
});
const reasons: readonly DenialReason[] = ['limit', 'overage_disabled', 'overage_cap'];

/** `count` settled entries of every kind, and 3 open ones. */
function busy(count: number): Ledger {
  const ledger = emptyLedger();
  const put = (decide: (ledger: Ledger) => ReturnType<ReturnType<typeof reserve>>) => {
    const decision = decide(ledger);
    if (decision.kind === 'record') for (const fact of decision.facts) evolve(ledger, fact);
  };
  for (let n = 1; n <= count + 3; n++) {
    put(reserve({ ...ids(n), plan: 'team', overageEnabled: n % 3 > 0, overageCap: 1_000 }));
    if (n > count || ledger.settled.has(ids(n).commandId)) continue;
    put(n % 5 === 0 ? release(ids(n).commandId, 'failed') : charge(ids(n).commandId, 'team'));
  }
  ledger.told.add('500:80');
  return ledger;
}
const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
const parts = (ledger: Ledger) => ({
  ...ledger,
  open: [...ledger.open],
  settled: [...ledger.settled],
  told: [...ledger.told],
});

describe('a ledger’s snapshot', () => {
  it.each([0, 1, 700, CHUNK_ENTRIES, 2 * CHUNK_ENTRIES + 17])(
    'of %d settled entries reads as it was',
    (count) => {
      const ledger = busy(count);
      const { head, chunks } = writeLedger(ledger);
      expect(chunks).toHaveLength(Math.floor(ledger.settled.size / CHUNK_ENTRIES));
      expect(parts(readLedger(throughJson(head), chunks))).toEqual(parts(ledger));
    },
  );

  it('knows every kind of entry', () => {
    const ledger = busy(3_000);
    const kinds = [...ledger.settled.values()].map((entry) =>
      entry.state === 'denied' ? entry.reason : `${entry.state} ${'overage' in entry && entry.overage}`,
    );
    expect(new Set(kinds)).toEqual(
      new Set(['charged false', 'charged true', 'released false', ...reasons.slice(1)]),
    );
  });

  it('writes a full chunk once: the next snapshot has the same one, whoever writes it', () => {
    const small = writeLedger(busy(CHUNK_ENTRIES + 5));
    const large = writeLedger(busy(2 * CHUNK_ENTRIES + 5));
    expect(large.chunks[0]).toBe(small.chunks[0]);
    const further = writeLedger(busy(2 * CHUNK_ENTRIES + 5), 1);
    expect(further.chunks).toEqual(large.chunks.slice(1));
    expect(further.head).toEqual(large.head);
  });

  it.each([
    ['a chunk too few', (chunks: string[]) => chunks.slice(1)],
    [
      'a shortened chunk',
      ([first = '', ...rest]: string[]) => [first.slice(0, first.lastIndexOf('\n')), ...rest],
    ],
    ['a chunk of something else', ([, ...rest]: string[]) => ['nonsense', ...rest]],
    ['one chunk twice', ([, second = '']: string[]) => [second, second]],
  ])('is refused with %s', (_what, spoil) => {
    const { head, chunks } = writeLedger(busy(2 * CHUNK_ENTRIES + 5));
    expect(() => readLedger(head, spoil([...chunks]))).toThrow();
  });
});
