import pg from 'pg';

/** Asks PostgreSQL whether it answers, over one connection of its own. */
export class DatabaseProbe {
  private readonly pool: pg.Pool;

  /** @param url postgres://… */
  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 2_000 });
    // An idle connection that breaks is no event of its own: the next check finds out.
    this.pool.on('error', () => undefined);
  }

  /** @throws the driver's error when it does not answer */
  async check(): Promise<void> {
    await this.pool.query('select 1');
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
