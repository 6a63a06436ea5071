import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { dieWithParent, poll, type Running, spawnLogged, stoppable, untilReady } from './child.js';
import { findNatsServer } from './find-nats-server.js';

export interface NatsOptions {
  /** Folder of this server alone: configuration, log and the JetStream store. Made when missing. */
  dataDir: string;
  /** TCP port on 127.0.0.1; a free one unless given. */
  port?: number;
  /** `always`: every acknowledged message is on disk (power loss). `default`: fsync every two minutes. */
  sync?: 'always' | 'default';
  /** How long the store may take to recover, in milliseconds. */
  readyTimeoutMs?: number;
  logFile?: string;
  /** Makes it one of several servers: its name, its own port for the others, and theirs. */
  cluster?: { serverName: string; port: number; routes: readonly number[] };
  /** Environment of the server; the launcher's own unless given. */
  env?: NodeJS.ProcessEnv;
  /** Gives up a start that is under way. */
  abort?: AbortSignal;
}

export interface NatsServer extends Running {
  readonly url: string;
  readonly port: number;
}

const portsFile = (dataDir: string, pid: number): string => path.join(dataDir, `nats-server_${pid}.ports`);

const configuration = (options: NatsOptions): string => `# Written at every start; edits are lost.
server_name: ${options.cluster?.serverName ?? 'zoetrope'}
listen: "127.0.0.1:${options.port ?? -1}"
ports_file_dir: ${JSON.stringify(options.dataDir)}
pid_file: ${JSON.stringify(path.join(options.dataDir, 'nats.pid'))}
jetstream {
  store_dir: ${JSON.stringify(path.join(options.dataDir, 'store'))}
  ${options.sync === 'default' ? '' : 'sync_interval: always'}
}
${options.cluster ? clusterOf(options.cluster) : ''}`;

const clusterOf = ({ port, routes }: NonNullable<NatsOptions['cluster']>): string => `cluster {
  name: zoetrope
  listen: "127.0.0.1:${port}"
  no_advertise: true
  routes: [${routes.map((route) => `"nats://127.0.0.1:${route}"`).join(', ')}]
}
`;

/** The port the server reports; with port -1 it picks one itself, which no other test can have taken. */
const reportedPort = (file: string): number | undefined => {
  if (!existsSync(file)) return undefined;
  try {
    const { nats } = JSON.parse(readFileSync(file, 'utf8')) as { nats: string[] };
    return Number(new URL(nats[0] ?? '').port);
  } catch {
    return undefined; // half written: it will be whole in a moment
  }
};

const jetStreamAnswers = async (port: number): Promise<boolean> => {
  try {
    const connection = await connect({ servers: `127.0.0.1:${port}`, reconnect: false, timeout: 2_000 });
    try {
      await (await jetstreamManager(connection, { checkAPI: false })).getAccountInfo();
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false; // not yet: the caller gives up after its own time
  }
};

/**
 * Starts a real nats-server with JetStream on 127.0.0.1 and resolves when JetStream answers, store
 * recovered. Starting again on the same folder finds every acknowledged message.
 *
 * @throws StartFailure naming the log file when it ends or stays silent for `readyTimeoutMs` (60 s).
 */
export const startNats = async (options: NatsOptions): Promise<NatsServer> => {
  const dataDir = path.resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const config = path.join(dataDir, 'nats.conf');
  writeFileSync(config, configuration({ ...options, dataDir }));
  const logFile = options.logFile ?? path.join(dataDir, 'nats.log');
  const command = [...dieWithParent('TERM'), findNatsServer(), '-c', config];
  const running = stoppable(spawnLogged({ command, logFile, env: options.env }), 'SIGTERM', 10_000);
  const file = portsFile(dataDir, running.pid);
  const timeoutMs = options.readyTimeoutMs ?? 60_000;
  const port = await untilReady(
    { name: 'NATS', logFile, running, timeoutMs, abort: options.abort },
    async (done) => {
      await poll(async () => reportedPort(file) !== undefined, done);
      const reported = reportedPort(file) ?? 0;
      await poll(() => jetStreamAnswers(reported), done);
      return reported;
    },
  );
  rmSync(file, { force: true });
  return { ...running, port, url: `nats://127.0.0.1:${port}` };
};
