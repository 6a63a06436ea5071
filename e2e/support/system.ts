import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type System, startSystem } from '@zoetrope/embedded/system';

const root = path.resolve(import.meta.dirname, '../..');

export interface TestSystem extends System {
  /** Runs one operator command against this system; gives what it printed. */
  ops(...args: string[]): Promise<string>;
  /** Stops everything and removes the folder. */
  end(): Promise<void>;
}

/** All real processes from dist, on free ports, in a folder of their own. */
export async function startTestSystem(env: NodeJS.ProcessEnv = {}): Promise<TestSystem> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zoetrope-e2e-'));
  const system = await startSystem({
    dataDir,
    port: 0,
    fast: true,
    backoffMs: () => 200,
    env: { ...process.env, LOG_LEVEL: 'warn', ...env },
  });
  const ops = async (...args: string[]) => {
    const entry = path.join(root, 'apps/operator/dist/main.js');
    const { stdout } = await promisify(execFile)(process.execPath, [entry, ...args], {
      env: {
        ...process.env,
        NATS_URL: system.natsUrl,
        DATABASE_URL: system.databaseUrl,
        PUBLIC_URL: system.publicUrl,
      },
    });
    return stdout;
  };
  const end = async () => {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...system, ops, end };
}
