import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type NatsCluster, startNatsCluster } from '@zoetrope/embedded/nats-cluster';
import type { SoakSystem, SoakSystemOptions } from '../support/system.ts';
import { type Part, partsOf } from './parts.ts';

/** A system with two copies of every service, and everything in it that can be killed. */
export interface Stage {
  readonly system: SoakSystem;
  readonly parts: readonly Part[];
  /** The folder that `support/inside.mjs` looks into. */
  readonly inside: string;
  end(keep?: boolean): Promise<void>;
}

export interface StageOptions {
  readonly r3: boolean;
  /** A folder of this run alone. */
  readonly folder: string;
  readonly start: (options: SoakSystemOptions) => Promise<SoakSystem>;
}

/**
 * Pro and Free have the renderer's prepared clips, Team's are really rendered. What a lost creation waits for is
 * shortened, so that a run of minutes sees its end.
 */
const env = {
  ZOETROPE_MODEL_WAN_FAST: 'zoetrope/fixture',
  ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture',
  GENERATOR_FIRST_POLL_MS: '5000',
  GENERATOR_PREDICTION_TIMEOUT_MS: '40000',
};

export async function setStage({ r3, folder, start }: StageOptions): Promise<Stage> {
  const inside = path.join(folder, 'inside');
  mkdirSync(inside);
  const preload = pathToFileURL(path.resolve(import.meta.dirname, '../support/inside.mjs')).href;
  const probed = { ZOETROPE_INSIDE: inside, NODE_OPTIONS: `--import=${preload}` };
  const dataDir = path.join(folder, 'nats');
  const cluster: NatsCluster | undefined = r3
    ? await startNatsCluster({ dataDir, sync: 'default', backoffMs: () => 200 })
    : undefined;
  const end = async (system?: SoakSystem, keep?: boolean) => {
    await system?.end(keep);
    await cluster?.stop();
    if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const broker = cluster ? { NATS_URL: cluster.url, NATS_REPLICAS: '3' } : {};
    const copies = { gateway: 2, quota: 2, generator: 2, notifier: 2 };
    const system = await start({ copies, env: { ...env, ...probed, ...broker } });
    const parts = partsOf(system, cluster?.servers ?? []);
    return { system, parts, inside, end: (keep) => end(system, keep) };
  } catch (error) {
    await end();
    throw error;
  }
}
