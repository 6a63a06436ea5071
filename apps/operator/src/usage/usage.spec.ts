import { describe, expect, it } from '@jest/globals';
import {
  GenerationCharged,
  GenerationDenied,
  GenerationReleased,
  GenerationReserved,
  QuotaThresholdReached,
} from '@zoetrope/contracts/facts/ledger';
import { AssetId, CommandId, OwnerId, Period, ProjectId } from '@zoetrope/contracts/ids';
import { recorded } from '@zoetrope/domain/testing';
import { printUsage } from './print-usage.js';
import { usageReport } from './usage-report.js';

const ids = (n: number) => ({
  commandId: CommandId.parse(`cmd_${String(n).padStart(32, '0')}`),
  assetId: AssetId.parse('ab'.repeat(16)),
  projectId: ProjectId.parse('prj_01234567890123456789'),
  generation: n,
  requestSeq: n,
});
const pro = { plan: 'pro', limit: 100 } as const;
const reserved = (n: number, overage = false) =>
  GenerationReserved({ ...ids(n), ...pro, model: 'seedance', overage, priceCents: 10 });
const facts = recorded([
  reserved(1),
  reserved(2, true),
  reserved(3),
  GenerationCharged({ ...ids(1), overage: false, priceCents: 0 }),
  GenerationCharged({ ...ids(2), overage: true, priceCents: 10 }),
  QuotaThresholdReached({ ...ids(2), ...pro, percent: 80, used: 80, overage: 0 }),
  GenerationReleased({ ...ids(3), reason: 'failed' }),
  GenerationDenied({ ...ids(4), ...pro, reason: 'overage_disabled' }),
  reserved(5),
]);
const owner = {
  ownerId: OwnerId.parse('ada'),
  period: Period.parse('2026-11'),
  plan: 'pro' as const,
};
const report = usageReport(owner, facts);

describe('ops usage', () => {
  it('explains every entry: what it was, what it cost, and which facts say so', () => {
    const told = report.entries.map(({ generation, outcome, reason, price_cents, sequences }) => [
      ...[generation, outcome, reason, price_cents, sequences],
    ]);
    expect(told).toEqual([
      [1, 'included', undefined, 0, [1, 4]],
      [2, 'overage', undefined, 10, [2, 5]],
      [3, 'released', 'failed', 0, [3, 7]],
      [4, 'denied', 'overage_disabled', 0, [8]],
      [5, 'reserved', undefined, 0, [9]],
    ]);
  });

  it('sums what the entries say', () => {
    expect(report).toMatchObject({ used: 2, reserved: 1, limit: 100, overage: 1, total_cents: 10 });
    expect(report.resets_at).toBe(Date.UTC(2026, 11, 1));
    expect(report.thresholds).toMatchObject([{ percent: 80, limit: 100 }]);
  });

  it('counts a fact that comes twice once', () => {
    const twice = usageReport(
      owner,
      facts.flatMap((fact) => [fact, fact]),
    );
    expect(twice.entries).toEqual(report.entries);
    expect(twice).toMatchObject({ used: 2, total_cents: 10 });
  });

  it('prints a line for each, and the sums', () => {
    const lines = printUsage('ada@example.com', report);
    expect(lines[0]).toBe('ada@example.com, 2026-11 (UTC), resets 2026-12-01 00:00:00');
    expect(lines[1]).toBe('plan pro: 100 a month, then $0.10 each where a project allows it');
    expect(lines.filter((line) => line.includes('ab'.repeat(16)))).toHaveLength(5);
    expect(lines.at(-2)).toBe('used 2 of 100: 1 included, 1 overage for $0.10; 1 in flight');
  });
});
