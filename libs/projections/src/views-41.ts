import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createViews } from './views-2.js';
import { addCollected } from './views-30.js';

/** Nullable: a copy of an older version, during an upgrade, writes rows without them. */
const addDeliveryHistory = (name: string): string[] => [
  `ALTER TABLE ${name}.delivery ALTER COLUMN asset_id DROP NOT NULL, ALTER COLUMN generation DROP NOT NULL,
    ADD COLUMN source_seq bigint, ADD COLUMN next_attempt_at bigint, ADD COLUMN response_body text`,
  `CREATE TABLE ${name}.endpoint_delivery (LIKE ${name}.delivery INCLUDING DEFAULTS, PRIMARY KEY (id))`,
  `CREATE INDEX ON ${name}.delivery (project_id, created_at DESC, id DESC)`,
  `CREATE INDEX ON ${name}.endpoint_delivery (project_id, created_at DESC, id DESC)`,
];

/** The tables of schema `name` as they are now. */
export const createCurrentViews = (name: string): string[] => [
  ...createViews(name),
  ...addCollected(name),
  ...addDeliveryHistory(name),
];

/** Webhook deliveries tell what they told, what was answered and what comes next; also those about no asset. */
export class Views1700000000041 implements MigrationInterface {
  readonly name = 'Views1700000000041';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of addDeliveryHistory('views')) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE views.endpoint_delivery');
    await runner.query(
      'ALTER TABLE views.delivery DROP COLUMN source_seq, DROP COLUMN next_attempt_at, DROP COLUMN response_body',
    );
  }
}
