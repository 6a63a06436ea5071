import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of schema `name`; a rebuild beside the live one makes the same in another schema. */
export const createViews = (name: string): string[] => [
  `CREATE SCHEMA IF NOT EXISTS ${name}`,
  `CREATE TABLE ${name}.projection_position (
    stream text PRIMARY KEY, position bigint NOT NULL, stream_created text NOT NULL, last_fact_id text)`,
  `CREATE TABLE ${name}.asset (
    id text PRIMARY KEY, project_id text NOT NULL, owner_id text NOT NULL, src_url text NOT NULL,
    asked jsonb NOT NULL, motion text NOT NULL, mode text NOT NULL, dur_seconds int NOT NULL,
    aspect text NOT NULL, seed bigint, status text NOT NULL, waiting int[] NOT NULL,
    latest_queued int NOT NULL, open int[] NOT NULL, stored int[] NOT NULL, ready_generation int NOT NULL, video jsonb,
    generation_count int NOT NULL, error text, created_at bigint NOT NULL, created_seq bigint NOT NULL,
    deleted boolean NOT NULL)`,
  `CREATE INDEX ON ${name}.asset (project_id, created_seq DESC) WHERE NOT deleted`,
  `CREATE INDEX ON ${name}.asset (project_id, status, created_seq DESC) WHERE NOT deleted`,
  `CREATE TABLE ${name}.generation (
    asset_id text, number int, request_seq bigint NOT NULL, requested_by text NOT NULL, asked jsonb NOT NULL,
    requested_at bigint NOT NULL, accepted boolean NOT NULL, status text NOT NULL, reason text,
    resolved jsonb, model text, vision_prompt text, loop_mode text, key text, poster_key text, sha256 text,
    bytes bigint, predictions jsonb NOT NULL, ready_at bigint, error_code text, error_msg text,
    PRIMARY KEY (asset_id, number))`,
  `CREATE TABLE ${name}.charge (
    asset_id text, generation int, owner_id text NOT NULL, period text NOT NULL, project_id text NOT NULL,
    state text NOT NULL, overage boolean NOT NULL, price_cents int NOT NULL, updated_at bigint NOT NULL,
    PRIMARY KEY (asset_id, generation))`,
  `CREATE TABLE ${name}.project (
    id text PRIMARY KEY, owner_id text NOT NULL, proxy_key text NOT NULL, project jsonb NOT NULL,
    created_seq bigint NOT NULL, deleted boolean NOT NULL)`,
  `CREATE INDEX ON ${name}.project (owner_id, created_seq DESC) WHERE NOT deleted`,
  `CREATE UNIQUE INDEX ON ${name}.project (proxy_key)`,
  `CREATE TABLE ${name}.delivery (
    id text PRIMARY KEY, event_id text NOT NULL, event_type text NOT NULL, asset_id text NOT NULL,
    project_id text NOT NULL, generation int NOT NULL, attempt int NOT NULL, status text NOT NULL,
    response_code int, reason text, created_at bigint NOT NULL, created_seq bigint NOT NULL, delivered_at bigint)`,
  `CREATE INDEX ON ${name}.delivery (project_id, created_seq DESC)`,
  `CREATE INDEX ON ${name}.delivery (asset_id)`,
];

/** The read models. Everything in them can be made again from the log, so `down` drops them. */
export class Views1700000000002 implements MigrationInterface {
  readonly name = 'Views1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of createViews('views')) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA views CASCADE');
  }
}
