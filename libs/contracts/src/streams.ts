const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface StreamSpec {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly description: string;
  /** Milliseconds a message is kept; undefined keeps it for ever. */
  readonly maxAgeMs?: number;
  /** Holds scheduled messages (NATS 2.12+). Can never be turned off again. */
  readonly schedules?: boolean;
  /** Takes atomic batches (NATS 2.12+). */
  readonly batches?: boolean;
}

/**
 * The streams of ARCHITECTURE "The log". File storage, limits retention, direct gets allowed;
 * replicas come from configuration.
 */
export const STREAMS = {
  ASSETS: {
    name: 'ASSETS',
    subjects: ['asset.>'],
    description: 'what was asked of assets and what became of it',
  },
  QUOTA: {
    name: 'QUOTA',
    subjects: ['quota.>'],
    description: 'one ledger an owner and month',
    batches: true,
  },
  TENANTS: {
    name: 'TENANTS',
    subjects: ['account.>', 'project.>', 'endpoint.>'],
    description: 'plans, project settings, webhook endpoints; no secret',
  },
  REQUESTS: {
    name: 'REQUESTS',
    subjects: ['key.>'],
    description: 'Idempotency-Keys and their answers',
    maxAgeMs: DAY,
  },
  TIMERS: {
    name: 'TIMERS',
    subjects: ['timer.>', 'due.>'],
    description: 'durable alarms and what they fired',
    maxAgeMs: 30 * DAY,
    schedules: true,
  },
  DEADLETTERS: {
    name: 'DEADLETTERS',
    subjects: ['dead.>'],
    description: 'what a handler gave up on',
    maxAgeMs: 30 * DAY,
  },
} as const satisfies Record<string, StreamSpec>;
export type StreamName = keyof typeof STREAMS;

/** KV bucket of leases: `gateway.<id>` and `notifier.<id>`, rewritten every LEASE_RENEW_MS. */
export const LEASES_BUCKET = 'leases';
export const LEASE_MS = 10_000;
export const LEASE_RENEW_MS = 2_000;

/** KV bucket of snapshots: folds that would take long to read again. Losing it costs time only. */
export const SNAPSHOTS_BUCKET = 'snapshots';
/** Longer than a month and what may still be settled of it. */
export const SNAPSHOTS_MAX_AGE_MS = 75 * DAY;
