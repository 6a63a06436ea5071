import path from 'node:path';
import { childMark } from './orphans.js';
import { repoRoot } from './paths.js';
import type { Secrets } from './secrets.js';

/** What `npm start` lets sources and webhooks reach beyond the public internet: this machine, to try things. */
export const loopbackRanges = '127.0.0.0/8,::1/128';

/** Addresses of the parts, as known when the services are started. */
export interface Addresses {
  nats: string;
  database: string;
  /** Undefined when the real Replicate is used. */
  renderer?: string;
  /** Loopback address of the gateway. */
  gateway: string;
  /** Origin in mp4_url, cookies and OAuth. */
  public: string;
}

/** Native servers get no secret of ours, only what a process needs to run. */
export const serverEnv = (dataDir: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TZ: 'UTC',
  LANG: 'C.UTF-8',
  [childMark]: dataDir,
});

/** Node keeps compiled code here between starts, which saves each service a good part of a second. */
const compileCache = path.join(repoRoot, 'node_modules', '.cache', 'zoetrope', 'v8');

/** Environment of the local renderer, which stands in for Replicate and knows nothing else of us. */
export const rendererEnv = (
  base: NodeJS.ProcessEnv,
  dataDir: string,
  port: number,
  secrets: Secrets,
): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: compileCache,
  ...base,
  [childMark]: dataDir,
  HOST: '127.0.0.1',
  PORT: String(port),
  DATA_DIR: path.join(dataDir, 'renderer'),
  API_TOKEN: secrets.rendererToken,
  WEBHOOK_SECRET: secrets.webhookSecret,
});

const replicateEnv = (renderer: string | undefined, secrets: Secrets): NodeJS.ProcessEnv =>
  renderer === undefined
    ? {}
    : {
        REPLICATE_BASE_URL: `${renderer}/v1`,
        REPLICATE_API_TOKEN: secrets.rendererToken,
        REPLICATE_WEBHOOK_SECRET: secrets.webhookSecret,
      };

/**
 * Environment of our four services, the same for all but HOST and PORT. What the operator set stays;
 * everything left open gets the embedded default.
 */
export const serviceEnv = (
  base: NodeJS.ProcessEnv,
  dataDir: string,
  at: Addresses,
  secrets: Secrets,
): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  NODE_COMPILE_CACHE: compileCache,
  LOG_LEVEL: 'info',
  ZOETROPE_EGRESS_ALLOW: loopbackRanges,
  ZOETROPE_SECRET_KEY: secrets.secretKey,
  ZOETROPE_INTERNAL_TOKEN: secrets.internalToken,
  OBJECTS_DIR: path.join(dataDir, 'objects'),
  // The local renderer calls back over loopback whatever the public name is; Replicate needs the public one.
  GATEWAY_URL: at.renderer === undefined ? at.public : at.gateway,
  ...base,
  ...replicateEnv(at.renderer, secrets),
  [childMark]: dataDir,
  ZOETROPE_DATA: dataDir,
  NATS_URL: at.nats,
  DATABASE_URL: at.database,
  PUBLIC_URL: at.public,
  HOST: '127.0.0.1',
});
