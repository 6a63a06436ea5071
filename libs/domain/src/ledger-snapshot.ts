import type { DenialReason } from '@zoetrope/contracts/facts/ledger';
import { LedgerSnapshot } from '@zoetrope/contracts/ledger-snapshot';
import type { Ledger, Settled } from './ledger.js';

/**
 * A ledger as text, so that a copy of quota that starts need not fold a month of a hundred thousand entries.
 * Settled entries never change and stand in the order of the log: full chunks of them are written once, whoever
 * writes them. The head holds the rest.
 */

/** Raise it with every change to what `evolve` makes of a fact: snapshots of another fold are not read. */
export const LEDGER_FOLD = 1;
/** Settled entries in one chunk; about 80 KB. */
export const CHUNK_ENTRIES = 2_048;

const REASONS: Readonly<Record<DenialReason, string>> = {
  limit: 'l',
  overage_disabled: 'd',
  overage_cap: 'p',
};
const LINE = /^([0-9a-f]{32})([corldp])(\d+)$/;

const letterOf = (settled: Settled): string => {
  if (settled.state === 'denied') return REASONS[settled.reason];
  if (settled.state === 'released') return 'r';
  return settled.overage ? 'o' : 'c';
};

const lineOf = ([commandId, settled]: [string, Settled]): string =>
  `${commandId.slice('cmd_'.length)}${letterOf(settled)}${settled.generation}`;

const settledBy: Readonly<Record<string, (generation: number) => Settled>> = {
  c: (generation) => ({ state: 'charged', overage: false, generation }),
  o: (generation) => ({ state: 'charged', overage: true, generation }),
  r: (generation) => ({ state: 'released', generation }),
  l: (generation) => ({ state: 'denied', reason: 'limit', generation }),
  d: (generation) => ({ state: 'denied', reason: 'overage_disabled', generation }),
  p: (generation) => ({ state: 'denied', reason: 'overage_cap', generation }),
};

export interface WrittenLedger {
  readonly head: LedgerSnapshot;
  /** Full chunks from number `fromChunk` on. */
  readonly chunks: readonly string[];
}

/** @param fromChunk how many full chunks are written already */
export function writeLedger(ledger: Ledger, fromChunk = 0): WrittenLedger {
  const chunks: string[] = [];
  const lines = [...ledger.settled].slice(fromChunk * CHUNK_ENTRIES).map(lineOf);
  while (lines.length >= CHUNK_ENTRIES) chunks.push(lines.splice(0, CHUNK_ENTRIES).join('\n'));
  const { included, overage, openIncluded, openOverage } = ledger;
  const head = {
    chunks: fromChunk + chunks.length,
    rest: lines.join('\n'),
    open: [...ledger.open.values()],
    ...{ included, overage, openIncluded, openOverage },
    told: [...ledger.told],
  };
  return { head, chunks };
}

/**
 * @param chunks as many as the head says
 * @throws Error when head or chunks are not what `writeLedger` writes
 */
export function readLedger(head: unknown, chunks: readonly string[]): Ledger {
  const { rest, open, told, chunks: count, ...totals } = LedgerSnapshot.parse(head);
  if (chunks.length !== count) throw new Error(`${chunks.length} chunks of ${count}`);
  const settled = new Map<string, Settled>();
  for (const text of [...chunks, rest]) {
    for (const line of text === '' ? [] : text.split('\n')) {
      const [, hex = '', letter = '', generation] = LINE.exec(line) ?? [];
      const make = settledBy[letter];
      if (!make) throw new Error('a line of a chunk is no entry');
      settled.set(`cmd_${hex}`, make(Number(generation)));
    }
  }
  const expected = count * CHUNK_ENTRIES + (rest === '' ? 0 : rest.split('\n').length);
  if (settled.size !== expected) throw new Error(`${settled.size} entries of ${expected}`);
  return {
    ...totals,
    open: new Map(open.map((entry) => [entry.commandId, entry])),
    settled,
    told: new Set(told),
  };
}
