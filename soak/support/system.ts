import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type System, type SystemOptions, startSystem } from '@zoetrope/embedded/system';

const root = path.resolve(import.meta.dirname, '../..');

export interface SoakSystemOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly copies?: SystemOptions['copies'];
  readonly copyEnv?: SystemOptions['copyEnv'];
  /** Fsync as in production; without it an acknowledgement survives kill -9 of a process, not a power cut. */
  readonly durable?: boolean;
  readonly sabotage?: string;
  /** Other files to run in place of an app's own. */
  readonly entries?: SystemOptions['entries'];
}

export interface SoakSystem extends System {
  /** Runs one operator command against it; gives what it printed. */
  ops(...args: string[]): Promise<string>;
  /** Stops everything and removes the folder, unless it is to be kept. */
  end(keep?: boolean): Promise<void>;
}

/** Nobody is slowed down here: what a soak measures is the system behind the limits. */
const noRateLimits = {
  RATE_PREPARE: '1000000',
  RATE_REGENERATE: '1000000',
  RATE_WEBHOOKS_TEST: '1000000',
  RATE_OTHER: '1000000',
};

/** A system of its own from dist: embedded servers, free ports, a temporary folder, no rate limits. */
export async function startSoakSystem(options: SoakSystemOptions = {}): Promise<SoakSystem> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zoetrope-soak-'));
  chmodSync(dataDir, 0o711); // PostgreSQL runs as another user where this is root's
  const remove = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  const sabotage = options.sabotage ? { ZOETROPE_SABOTAGE: options.sabotage } : {};
  try {
    const system = await startSystem({
      dataDir,
      port: 0,
      fast: !options.durable,
      copies: options.copies,
      copyEnv: options.copyEnv,
      entries: options.entries,
      backoffMs: () => 200,
      env: { ...process.env, LOG_LEVEL: 'warn', ...noRateLimits, ...options.env, ...sabotage },
    });
    const end = async (keep = false) => {
      await system.stop();
      if (!keep) remove();
    };
    return { ...system, ops: operator(system), end };
  } catch (error) {
    remove();
    throw error;
  }
}

const operator =
  ({ natsUrl, databaseUrl, dataDir, url, publicUrl, secrets }: System) =>
  async (...args: string[]): Promise<string> => {
    const entry = path.join(root, 'apps/operator/dist/main.js');
    const addresses = {
      NATS_URL: natsUrl,
      DATABASE_URL: databaseUrl,
      GATEWAY_URL: url,
      PUBLIC_URL: publicUrl,
    };
    const kept = { OBJECTS_DIR: path.join(dataDir, 'objects'), ZOETROPE_SECRET_KEY: secrets.secretKey };
    const env = { ...process.env, ...addresses, ...kept };
    return (await promisify(execFile)(process.execPath, [entry, ...args], { env })).stdout;
  };
