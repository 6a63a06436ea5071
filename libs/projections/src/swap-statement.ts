import type { Projection } from './projection.js';
import { LIVE_SCHEMA, POSITION_CHANNEL } from './projector.js';

/** Raised by the statement when the live tables have other columns than the fresh ones; SQLSTATE of our own class. */
export const OTHER_COLUMNS = 'ZT001';

const columnsOf = (schema: string, tables: string) =>
  `SELECT table_name, column_name, data_type FROM information_schema.columns
   WHERE table_schema = '${schema}' AND table_name IN (${tables})`;

/** Rows where the two schemas have different columns in these tables. */
export const differentColumns = (a: string, b: string, names: readonly string[]): string => {
  const tables = names.map((name) => `'${name}'`).join(', ');
  const [left, right] = [columnsOf(a, tables), columnsOf(b, tables)];
  return `((${left}) EXCEPT (${right})) UNION ALL ((${right}) EXCEPT (${left}))`;
};

/**
 * The one statement that puts the fresh tables in the place of the live ones, which go to schema `before`, with the
 * position that the fresh ones stand at. Names come from us, never from a user.
 */
export function swapStatement({ stream, tables }: Projection, fresh: string, before: string): string {
  const live = tables.map((table) => `${LIVE_SCHEMA}.${table}`);
  const made = tables.map((table) => `${fresh}.${table}`);
  // Positions first, as every reader and projector does, so that nobody waits in a circle.
  const locked = [`${LIVE_SCHEMA}.projection_position`, ...live, ...made].join(', ');
  return `DO $swap$ BEGIN
    LOCK TABLE ${locked} IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (${differentColumns(LIVE_SCHEMA, fresh, tables)}) THEN
      RAISE EXCEPTION 'other columns' USING ERRCODE = '${OTHER_COLUMNS}';
    END IF;
    CREATE SCHEMA ${before};
    CREATE TABLE ${before}.projection_position AS
      SELECT * FROM ${LIVE_SCHEMA}.projection_position WHERE stream = '${stream}';
    ${live.map((table) => `ALTER TABLE ${table} SET SCHEMA ${before};`).join('\n    ')}
    ${made.map((table) => `ALTER TABLE ${table} SET SCHEMA ${LIVE_SCHEMA};`).join('\n    ')}
    UPDATE ${LIVE_SCHEMA}.projection_position live
      SET position = made.position, last_fact_id = made.last_fact_id, stream_created = made.stream_created
      FROM ${fresh}.projection_position made WHERE live.stream = '${stream}' AND made.stream = '${stream}';
    PERFORM pg_notify('${POSITION_CHANNEL}', '${LIVE_SCHEMA}:${stream}:' || position)
      FROM ${LIVE_SCHEMA}.projection_position WHERE stream = '${stream}';
    DROP SCHEMA ${fresh} CASCADE;
  END $swap$`;
}
