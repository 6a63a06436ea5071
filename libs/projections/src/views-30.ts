import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Nullable: a copy of an older version, during an upgrade, writes rows without it. */
export const addCollected = (name: string): string[] => [
  `ALTER TABLE ${name}.generation ADD COLUMN collected boolean`,
];

/** Generations tell whether their bytes are still kept. */
export class Views1700000000030 implements MigrationInterface {
  readonly name = 'Views1700000000030';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of addCollected('views')) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE views.generation DROP COLUMN collected');
  }
}
