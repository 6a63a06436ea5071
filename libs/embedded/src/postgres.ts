import path from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { dieWithParent, poll, type Running, spawnLogged, stoppable, untilReady } from './child.js';
import { freePort } from './free-port.js';
import {
  clearLeftovers,
  clusterIn,
  postgresBinaries,
  prepareCluster,
  readPassword,
} from './postgres-cluster.js';
import { postgresUser } from './postgres-user.js';
import { errorCode } from './start-failure.js';

export interface PostgresOptions {
  /** Folder of this server alone: cluster, password and log. Made when missing. */
  dataDir: string;
  /** TCP port on 127.0.0.1; a free one unless given. */
  port?: number;
  /** For tests: no fsync, so a power cut may lose everything. A killed process loses nothing either way. */
  fast?: boolean;
  /** How long recovery may take, in milliseconds. */
  readyTimeoutMs?: number;
  logFile?: string;
  /** Environment of the server; the launcher's own unless given. */
  env?: NodeJS.ProcessEnv;
  /** Gives up a start that is under way. */
  abort?: AbortSignal;
}

export interface PostgresServer extends Running {
  /** Address of the database `zoetrope`, with role and password. */
  readonly url: string;
  readonly port: number;
  /** Makes a database unless it is there and resolves to its address. */
  createDatabase(name: string): Promise<string>;
}

const address = (port: number, password: string, database: string): string =>
  `postgresql://zoetrope:${password}@127.0.0.1:${port}/${database}`;

const query = async (url: string, sql: string, values: string[] = []): Promise<number> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined); // the query's own rejection is what we look at
  await client.connect();
  try {
    return (await client.query(sql, values)).rowCount ?? 0;
  } finally {
    await client.end();
  }
};

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await query(url, 'SELECT 1')) === 1;
  } catch {
    return false; // still recovering: the caller gives up after its own time
  }
};

/** Adds a database over the maintenance one; two callers at once both succeed. */
const createDatabase = async (port: number, password: string, name: string): Promise<string> => {
  const maintenance = address(port, password, 'postgres');
  const there = await query(maintenance, 'SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (there === 0) {
    await query(maintenance, `CREATE DATABASE ${escapeIdentifier(name)}`).catch((error: unknown) => {
      // Somebody else made it since we looked: "duplicate database", or its index a moment earlier.
      if (!['42P04', '23505'].includes(errorCode(error) ?? '')) throw error;
    });
  }
  return address(port, password, name);
};

const settings = (options: PostgresOptions, port: number): string[] => {
  const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const pairs = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    ...(options.fast ? unsafe : {}),
  };
  return Object.entries(pairs).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
};

/**
 * Starts a real PostgreSQL 18 from the npm package's binaries on 127.0.0.1, makes cluster and database
 * `zoetrope` on the first start, and resolves when it answers queries. Works as root, and after kill -9.
 *
 * @throws StartFailure when it cannot run here, its files are of another version, or it is not ready in time.
 */
export const startPostgres = async (options: PostgresOptions): Promise<PostgresServer> => {
  const dataDir = path.resolve(options.dataDir);
  const binary = path.join(postgresBinaries(), 'postgres');
  const user = postgresUser(dataDir, binary);
  await clearLeftovers(dataDir);
  prepareCluster(dataDir, user, !options.fast);
  const password = readPassword(dataDir);
  const port = options.port ?? (await freePort());
  const logFile = options.logFile ?? path.join(dataDir, 'postgres.log');
  const server = [binary, '-D', clusterIn(dataDir), ...settings(options, port)];
  const command = [...user.prefix, ...dieWithParent('INT'), ...server];
  // SIGINT is PostgreSQL's "fast" shutdown: it disconnects clients instead of waiting for them.
  const child = spawnLogged({ command, logFile, env: options.env, uid: user.uid, gid: user.gid });
  const running = stoppable(child, 'SIGINT', 15_000);
  const timeoutMs = options.readyTimeoutMs ?? 60_000;
  await untilReady({ name: 'PostgreSQL', logFile, running, timeoutMs, abort: options.abort }, (done) =>
    poll(() => answers(address(port, password, 'postgres')), done),
  );
  const url = await createDatabase(port, password, 'zoetrope');
  return { ...running, port, url, createDatabase: (name) => createDatabase(port, password, name) };
};
