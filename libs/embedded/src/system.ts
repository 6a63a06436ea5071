import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openDataDir } from './data-dir.js';
import { freePort, portIsFree } from './free-port.js';
import { writeJson } from './json-file.js';
import { endOrphans } from './orphans.js';
import { Ports } from './ports.js';
import type { ServiceProcess } from './process.js';
import { loadSecrets, type Secrets } from './secrets.js';
import { StartFailure } from './start-failure.js';
import type { Status, Supervised } from './supervised.js';
import { type AppName, Parts, type ReplicatedApp } from './system-parts.js';
import { folderFailure } from './usable-folder.js';

export interface SystemOptions {
  /** Everything the system keeps lies here. */
  dataDir: string;
  /** The gateway's port; 0 for a free one. */
  port: number;
  /** Address the gateway listens on (127.0.0.1). */
  host?: string;
  /** Origin that users see (http://localhost:<port>). */
  publicUrl?: string;
  /** Laid over this process's environment. NATS_URL, DATABASE_URL, REPLICATE_API_TOKEN switch parts off. */
  env?: NodeJS.ProcessEnv;
  onStatus?: (status: Status) => void;
  /** Other files to run in place of apps/<app>/dist/main.js. */
  entries?: Partial<Record<AppName, string>>;
  /** How many processes of each app run, 1 unless told; the first gateway has `port`, further ones free ports. */
  copies?: Partial<Record<ReplicatedApp, number>>;
  /** Laid over the environment of one copy, the last word; `number` counts from 1. */
  copyEnv?: (app: ReplicatedApp, number: number) => NodeJS.ProcessEnv;
  /** For tests: no fsync anywhere. */
  fast?: boolean;
  /** Milliseconds to wait before restart number n of a row of quick deaths. */
  backoffMs?: (attempt: number) => number;
  /** Gives up a start that is under way. */
  abort?: AbortSignal;
}

export interface System {
  /** The gateway's loopback address. */
  readonly url: string;
  readonly publicUrl: string;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly rendererUrl: string | undefined;
  readonly dataDir: string;
  readonly secrets: Secrets;
  /** Handles to kill, stop and restart single processes. The renderer's is absent with a Replicate token. */
  readonly services: Record<Exclude<AppName, 'local-replicate'>, Supervised<ServiceProcess>> &
    Partial<Record<'local-replicate', Supervised<ServiceProcess>>>;
  /** Every copy of our own services, the one in `services` first. */
  readonly copies: Record<ReplicatedApp, Supervised<ServiceProcess>[]>;
  /** Loopback addresses of all gateways, `url` first. */
  readonly gateways: string[];
  /** What `nats` and `postgres` are when embedded. */
  readonly servers: Pick<Parts, 'nats' | 'postgres'>;
  /** Stops everything in order and gives the data folder free. */
  stop(): Promise<void>;
}

const gatewayPort = async (options: SystemOptions): Promise<number> => {
  if (options.port === 0) return freePort();
  const places = [options.host ?? '127.0.0.1', '::1'];
  for (const place of places) {
    // A machine without IPv6 has nobody listening there either.
    const free = await portIsFree(options.port, place).catch(() => place === '::1');
    if (!free) {
      throw new StartFailure(`port ${options.port} is in use; start with PORT=${options.port + 1} npm start`);
    }
  }
  return options.port;
};

const run = async (parts: Parts, abort?: AbortSignal): Promise<void> => {
  const stopAll = (): void => void parts.stop();
  abort?.addEventListener('abort', stopAll);
  try {
    abort?.throwIfAborted();
    await parts.start();
    abort?.throwIfAborted();
  } catch (error) {
    await parts.stop();
    throw abort?.aborted ? new StartFailure('stopped while starting') : error;
  } finally {
    abort?.removeEventListener('abort', stopAll);
  }
};

/** Tells other commands (`npm run ops`) where everything is, for as long as it runs. */
const publish = (parts: Parts, port: number, dataDir: string): string => {
  const file = path.join(dataDir, 'system.json');
  writeJson(file, { pid: process.pid, port, ...parts.addresses() });
  return file;
};

/**
 * Starts the whole of Zoetrope from one folder: NATS, PostgreSQL and the renderer unless the environment
 * names real ones, then quota, generator and notifier, then the gateway. What dies is restarted.
 *
 * @throws StartFailure, one line, when something must be put right first; nothing is left running then.
 */
export const startSystem = async (options: SystemOptions): Promise<System> => {
  const dataDir = path.resolve(options.dataDir);
  const folder = openDataDir(dataDir);
  try {
    await endOrphans(dataDir);
    const port = await gatewayPort(options);
    const secrets = loadSecrets(dataDir);
    const ports = new Ports(dataDir);
    for (const piece of ['objects', 'logs', 'renderer'])
      mkdirSync(path.join(dataDir, piece), { recursive: true });
    const parts = new Parts({ ...options, dataDir, port }, secrets, ports);
    await run(parts, options.abort);
    folder.record('secrets.json', 'objects', ...parts.embeddedPieces());
    const published = publish(parts, port, dataDir);
    const stop = async (): Promise<void> => {
      rmSync(published, { force: true });
      await parts.stop();
      folder.release();
    };
    return { ...parts.describe(), dataDir, secrets, stop };
  } catch (error) {
    folder.release();
    throw folderFailure(dataDir, error);
  }
};
