import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets that proxy URLs are signed with. A row never changes but for the key it is sealed under. */
export class SigningSecrets1700000000010 implements MigrationInterface {
  readonly name = 'SigningSecrets1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE secrets.signing_secret (
        id text NOT NULL PRIMARY KEY,
        project_id text NOT NULL,
        secret_encrypted text NOT NULL,
        created_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
      );
      CREATE INDEX ON secrets.signing_secret (project_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE secrets.signing_secret');
  }
}
