import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { Pool, type QueryResultRow } from 'pg';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';

/** Milliseconds after which a call that found no database may be repeated. */
export const OUTAGE_RETRY_MS = 1_000;

/** How long a connection or an answer may take, ms. pg gives up with errors that carry no code, only these words. */
const CONNECT_MS = 5_000;
const QUERY_MS = 5_000;
const GAVE_UP = /timeout exceeded when trying to connect|Query read timeout|Connection terminated/;

/** A statement of a fixed text, parsed once on each connection. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** Connections that look into schema `secrets`: people, sessions, tokens and the windows of rate limits. */
@Injectable()
export class SecretsPool implements OnApplicationShutdown {
  readonly pool: Pool;

  constructor(@Inject(CONFIG) config: Pick<GatewayConfig, 'DATABASE_URL'>) {
    this.pool = new Pool({
      connectionString: config.DATABASE_URL,
      options: '-c search_path=secrets',
      max: 20,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
    });
    // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  /** @throws ApiError 503 when the database gave no answer in time; its own error for anything else */
  async rows<Row extends QueryResultRow>(statement: Prepared, values: readonly unknown[]): Promise<Row[]> {
    try {
      const { rows } = await this.pool.query<Row>({ ...statement, values: [...values] });
      return rows;
    } catch (error) {
      if (!(error instanceof Error) || !GAVE_UP.test(error.message)) throw error;
      throw new ApiError('unavailable', { retryAfterMs: OUTAGE_RETRY_MS });
    }
  }
}
