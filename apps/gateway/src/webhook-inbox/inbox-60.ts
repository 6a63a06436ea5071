import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What reached the inbox. UNLOGGED: a crash of PostgreSQL empties it, which costs one more test event. */
export class WebhookInbox1700000000060 implements MigrationInterface {
  readonly name = 'WebhookInbox1700000000060';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE secrets.webhook_inbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        project_id text NOT NULL,
        received_at bigint NOT NULL,
        webhook_id text,
        event_type text,
        verified boolean NOT NULL,
        reason text,
        body_preview text NOT NULL
      );
      CREATE INDEX webhook_inbox_project ON secrets.webhook_inbox (project_id, id DESC);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE secrets.webhook_inbox');
  }
}
