import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API tokens of users: only the SHA-256 of each is kept. */
export class ApiTokens1700000000021 implements MigrationInterface {
  readonly name = 'ApiTokens1700000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE secrets.api_token (
        id text NOT NULL PRIMARY KEY,
        user_id text NOT NULL REFERENCES secrets."user" ("id") ON DELETE CASCADE,
        name text NOT NULL,
        scope text NOT NULL CHECK (scope IN ('read', 'write')),
        hash bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
        last_used_at timestamptz
      );
      CREATE INDEX api_token_user_id_idx ON secrets.api_token (user_id, created_at DESC);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE secrets.api_token');
  }
}
