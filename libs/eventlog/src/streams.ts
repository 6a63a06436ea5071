import {
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import {
  LEASE_MS,
  LEASES_BUCKET,
  SNAPSHOTS_BUCKET,
  SNAPSHOTS_MAX_AGE_MS,
  STREAMS,
  type StreamName,
  type StreamSpec,
} from '@zoetrope/contracts/streams';

/** JSStreamNameExistErr: there is one of that name with another configuration. */
const EXISTS_OTHERWISE = 10058;
const DUPLICATE_WINDOW_MS = 120_000;

/**
 * Key in a stream's metadata: since when its sequences mean what they mean, where that is later than its creation. A
 * stream that was put back from a copy keeps the time at which it was first made.
 */
export const EPOCH = 'zoetrope-epoch';

/** The stream behind the KV bucket of leases (ADR-8 of NATS names it so). */
export const LEASES_STREAM = `KV_${LEASES_BUCKET}`;
export const leaseSubject = (key: string): string => `$KV.${LEASES_BUCKET}.${key}`;

const byFirstToken = new Map<string, StreamName>(
  Object.values(STREAMS).flatMap(({ name, subjects }) =>
    subjects.map((subject) => [subject.slice(0, subject.indexOf('.')), name] as const),
  ),
);

/** @throws Error when no stream of contracts holds the subject */
export function streamOf(subject: string): StreamName {
  const stream = byFirstToken.get(subject.slice(0, subject.indexOf('.')));
  if (!stream) throw new Error(`no stream holds the subject ${subject}`);
  return stream;
}

function configOf(spec: StreamSpec, replicas: number): Partial<StreamConfig> & { name: string } {
  return {
    name: spec.name,
    subjects: [...spec.subjects],
    description: spec.description,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: replicas,
    max_age: spec.maxAgeMs ? nanos(spec.maxAgeMs) : 0,
    allow_direct: true,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    ...(spec.schedules ? { allow_msg_schedules: true } : {}),
    ...(spec.batches ? { allow_atomic: true } : {}),
  };
}

/**
 * A KV bucket's stream. On disk, though leases are short: a broker that forgot them at a restart would let
 * somebody believe that no gateway holds one.
 */
const leaseConfig = (replicas: number): Partial<StreamConfig> & { name: string } => ({
  name: LEASES_STREAM,
  subjects: [leaseSubject('>')],
  description: 'who holds which lease',
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  num_replicas: replicas,
  max_msgs_per_subject: 1,
  max_age: nanos(6 * LEASE_MS),
  allow_direct: true,
  allow_rollup_hdrs: true,
});

/** The stream behind the KV bucket of snapshots, and a key's subject in it. */
export const SNAPSHOTS_STREAM = `KV_${SNAPSHOTS_BUCKET}`;
export const snapshotSubject = (key: string): string => `$KV.${SNAPSHOTS_BUCKET}.${key}`;

const snapshotConfig = (replicas: number): Partial<StreamConfig> & { name: string } => ({
  name: SNAPSHOTS_STREAM,
  subjects: [snapshotSubject('>')],
  description: 'folds that would take long to read again',
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  num_replicas: replicas,
  max_msgs_per_subject: 1,
  max_age: nanos(SNAPSHOTS_MAX_AGE_MS),
  allow_direct: true,
  allow_rollup_hdrs: true,
});

/** Creates every stream of contracts, or brings it to its present configuration. */
export async function ensureStreams(manager: JetStreamManager, replicas: number): Promise<void> {
  const configs = [
    ...Object.values(STREAMS).map((spec) => configOf(spec, replicas)),
    leaseConfig(replicas),
    snapshotConfig(replicas),
  ];
  for (const config of configs) await ensure(manager, config);
}

async function ensure(manager: JetStreamManager, config: Partial<StreamConfig> & { name: string }) {
  try {
    await manager.streams.add(config);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== EXISTS_OTHERWISE) throw error;
    const { name, storage: _storage, retention: _retention, ...changeable } = config;
    await manager.streams.update(name, changeable);
  }
}
