import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Recorded } from '@zoetrope/contracts/fact';
import { assetSubject, ledgerSubject } from '@zoetrope/contracts/subjects';
import { connectLog } from '@zoetrope/eventlog/connect';
import type { TestSystem } from './system.js';

/** What the log says of one generation: every fact of its asset, and of its owner's month. */
export async function factsOf(system: TestSystem, assetId: string, generation: number): Promise<Recorded[]> {
  const log = await connectLog(system.natsUrl, { service: 'operator' });
  const kinds = ['request', 'generation', 'video', 'delivery'] as const;
  const facts = await log.readMerged(kinds.map((kind) => assetSubject(assetId, kind)));
  const [asked] = facts.map(({ data }) => data as { ownerId?: string; period?: string });
  const ledger = await log.read(ledgerSubject(asked?.ownerId ?? '', asked?.period ?? ''));
  await log.close();
  const numberOf = ({ data }: Recorded) => {
    const { generation: told, number } = data as { generation?: number; number?: number };
    return told ?? number;
  };
  return [...facts, ...ledger].filter((fact) => numberOf(fact) === generation);
}

/** What a process wrote so far, of a file of the system's `logs`. */
export const readLog = (system: TestSystem, file: string): string =>
  readFileSync(path.join(system.dataDir, 'logs', file), 'utf8');

/** Its lines of JSON. */
export const linesOf = (system: TestSystem, file: string): Record<string, unknown>[] =>
  readLog(system, file)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
