import { connectLog } from '@zoetrope/eventlog/connect';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import pg from 'pg';
import { DataSource } from 'typeorm';

/** Something the person at the command line can mend: its message is all they need. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';

  /** @param exitCode 1: what was asked for is not so, or was not done; 2: it could not be tried */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

/** A variable of the environment. */
export const setting = (name: string): string => {
  const value = process.env[name];
  if (!value)
    throw new OperatorError(
      `${name} is not set, and no running installation was found: run npm start first`,
      2,
    );
  return value;
};

/** Connects to the log for the length of one command. */
export async function withLog<T>(work: (log: EventLog) => Promise<T>): Promise<T> {
  const log = await connectLog(setting('NATS_URL'), { service: 'operator' });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

/** Connects to PostgreSQL for the length of one command. */
export async function withDatabase<T>(work: (database: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: setting('DATABASE_URL') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** As `withDatabase`, with several connections. */
export async function withDataSource<T>(work: (database: DataSource) => Promise<T>): Promise<T> {
  const database = new DataSource({ type: 'postgres', url: setting('DATABASE_URL'), extra: { max: 8 } });
  await database.initialize();
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}
