import type { EntityManager } from 'typeorm';
import type { ProjectedStream } from './projection.js';
import { LIVE_SCHEMA } from './projector.js';

/** Where the tables of one stream stand, and of which log. */
export interface Standing {
  readonly seq: number;
  readonly id: string | null;
  /** When the stream was created: the log's epoch. */
  readonly created: string;
}

/** No projection has ever been made here, or none of this log. */
export class NotProjected extends Error {
  override readonly name = 'NotProjected';
}

/** Where the live tables stand. @throws NotProjected */
export async function livePosition(
  manager: Pick<EntityManager, 'query'>,
  stream: ProjectedStream,
): Promise<Standing> {
  const [row]: { position: string; last_fact_id: string | null; stream_created: string }[] =
    await manager.query(
      `SELECT position, last_fact_id, stream_created FROM ${LIVE_SCHEMA}.projection_position WHERE stream = $1`,
      [stream],
    );
  if (!row)
    throw new NotProjected(`the live tables hold nothing of ${stream} yet: a gateway has to run first`);
  return { seq: Number(row.position), id: row.last_fact_id, created: row.stream_created };
}

/**
 * Until the transaction's end no projector moves a position; readers go on. It locks the table, not the row: a projector
 * that waits for a row holds a lock of the table already, and the swap would wait for that in turn.
 */
export async function holdPositions(manager: Pick<EntityManager, 'query'>): Promise<void> {
  await manager.query(`LOCK TABLE ${LIVE_SCHEMA}.projection_position IN EXCLUSIVE MODE`);
}
