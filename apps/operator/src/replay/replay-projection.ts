import type { EventLog } from '@zoetrope/eventlog/event-log';
import { factReader } from '@zoetrope/eventlog/fact-reader';
import type { RowDifference } from '@zoetrope/projections/compare-tables';
import { NotProjected } from '@zoetrope/projections/live-position';
import type { Projection } from '@zoetrope/projections/projection';
import { Rebuild, RebuildRefused } from '@zoetrope/projections/rebuild';
import type { DataSource } from 'typeorm';
import { OperatorError } from '../connections.js';

/** How many differing rows are told one by one; all are counted. */
const TOLD = 20;

export interface ReplayPlan {
  readonly database: DataSource;
  readonly log: EventLog;
  readonly projection: Projection;
  /** Compares and changes nothing. */
  readonly dryRun: boolean;
  /** Whether to swap although rows differ. */
  readonly swapAnyway: (differences: number) => Promise<boolean>;
  readonly onProgress: (position: number, target: number) => void;
}

/** What one replay did. */
export interface Replayed {
  readonly projection: string;
  readonly stream: string;
  /** Position at which both sides were compared. */
  readonly position: number;
  readonly facts: number;
  /** Of reading, projecting and writing; the comparison comes on top. */
  readonly seconds: number;
  readonly facts_per_second: number;
  readonly rows: number;
  readonly differences: number;
  /** The first of them. */
  readonly told: readonly RowDifference[];
  readonly left_out: readonly string[];
  readonly swapped: boolean;
  /** Where the tables are kept that were live before. */
  readonly kept?: string;
}

/** Makes one projection again beside the live one, compares, swaps. @throws OperatorError */
export async function replayProjection(plan: ReplayPlan): Promise<Replayed> {
  const { database, log, projection, onProgress } = plan;
  const leftOut: string[] = [];
  const onUndecodable = (error: Error, seq: number) =>
    leftOut.push(`${projection.stream} ${seq}: ${error.message}`);
  const options = { database, log: factReader(log), projection, onProgress, onUndecodable };
  try {
    const rebuild = await Rebuild.begin(options);
    try {
      return { ...(await carriedOut(rebuild, plan)), left_out: leftOut };
    } finally {
      await rebuild.end();
    }
  } catch (error) {
    if (error instanceof RebuildRefused || error instanceof NotProjected)
      throw new OperatorError(error.message);
    throw error;
  }
}

async function carriedOut(rebuild: Rebuild, plan: ReplayPlan): Promise<Omit<Replayed, 'left_out'>> {
  const { name, stream } = plan.projection;
  const began = performance.now();
  await rebuild.fill();
  const seconds = (performance.now() - began) / 1_000;
  const facts = rebuild.applied;
  const told: RowDifference[] = [];
  const { at, rows, differences } = await rebuild.compare((difference) => {
    if (told.length < TOLD) told.push(difference);
  });
  const wanted = !plan.dryRun && (differences === 0 || (await plan.swapAnyway(differences)));
  const kept = wanted ? await rebuild.swap(new Date()) : undefined;
  return {
    ...{ projection: name, stream, position: at, facts, seconds, facts_per_second: facts / seconds },
    ...{ rows, differences, told, swapped: wanted, kept },
  };
}
