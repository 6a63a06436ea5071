import { DataSource, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from './migrations.js';

/** Any constant will do, as long as no other lock of this database uses it. */
const MIGRATION_LOCK = 7_302_944_111;

/**
 * Opens the database and brings its schemas up to date. Copies that boot together queue at an advisory lock,
 * so that each migration runs once.
 */
export async function openDatabase(url: string): Promise<DataSource> {
  const database = new DataSource({
    type: 'postgres',
    url,
    migrations: MIGRATIONS,
    migrationsTableName: 'zoetrope_migration',
    migrationsTransactionMode: 'each',
    extra: { max: 20 },
  });
  await database.initialize();
  try {
    await migrate(database);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}

async function migrate(database: DataSource): Promise<void> {
  const runner = database.createQueryRunner();
  await runner.connect();
  try {
    await locked(runner, async () => {
      await runner.query('CREATE SCHEMA IF NOT EXISTS secrets; CREATE SCHEMA IF NOT EXISTS views;');
      await database.runMigrations();
    });
  } finally {
    await runner.release();
  }
}

/** The lock belongs to the runner's connection: a process that dies lets go of it. */
async function locked(runner: QueryRunner, work: () => Promise<void>): Promise<void> {
  await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    await work();
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}
