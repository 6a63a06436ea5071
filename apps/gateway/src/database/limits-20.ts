import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Windows of rate limits, shared by all gateways. UNLOGGED: nothing of it is written ahead or synced, and a crash of
 * PostgreSQL empties it, which costs one repeated window. Half of each page stays free, so that counting up rewrites
 * a row within its page and touches no index.
 */
export class Limits1700000000020 implements MigrationInterface {
  readonly name = 'Limits1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE secrets.rate_window (
        key text NOT NULL PRIMARY KEY,
        used integer NOT NULL,
        ends_at timestamptz NOT NULL
      ) WITH (fillfactor = 50);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE secrets.rate_window');
  }
}
