import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhook secrets that were replaced and still sign beside the new one, until `ends_at`. */
export class WebhookSecrets1700000000040 implements MigrationInterface {
  readonly name = 'WebhookSecrets1700000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE secrets.replaced_webhook_secret (
        id text DEFAULT gen_random_uuid() NOT NULL PRIMARY KEY,
        project_id text NOT NULL,
        secret_encrypted text NOT NULL,
        ends_at timestamptz NOT NULL
      );
      CREATE INDEX ON secrets.replaced_webhook_secret (project_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE secrets.replaced_webhook_secret');
  }
}
