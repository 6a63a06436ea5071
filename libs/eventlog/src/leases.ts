import { LEASE_MS, LEASE_RENEW_MS } from '@zoetrope/contracts/streams';
import { type Broker, persist } from './broker.js';
import type { Lease, Leases, LeaseView } from './event-log.js';
import { LEASES_STREAM, leaseSubject } from './streams.js';

/** Leases on a KV bucket: a key rewritten every LEASE_RENEW_MS by its holder. */
export function leasesOn(broker: Broker): Leases {
  return {
    async hold(key, value) {
      const lease = new HeldLease(broker, key, value);
      await lease.start();
      return lease;
    },
    list: (prefix) => persist(broker, 'list of leases', () => liveLeases(broker, prefix)),
  };
}

class HeldLease implements Lease {
  private timer: NodeJS.Timeout | undefined;
  private writtenAt = Number.NEGATIVE_INFINITY;
  private lapsed = 0;
  private writing: Promise<void> | undefined;
  private readonly unsubscribe: () => void;
  private readonly onClosing = () => this.release();

  constructor(
    private readonly broker: Broker,
    private readonly key: string,
    private readonly value: () => unknown,
  ) {
    this.unsubscribe = broker.onReconnect(() => this.tick());
    broker.closing.add(this.onClosing);
  }

  async start(): Promise<void> {
    await persist(this.broker, `lease ${this.key}`, () => this.write());
    this.timer = setInterval(() => this.tick(), LEASE_RENEW_MS);
  }

  isHeld(): boolean {
    return performance.now() - this.writtenAt < LEASE_MS;
  }

  lapses(): number {
    return this.lapsed;
  }

  async renew(): Promise<void> {
    // The write under way may carry an older value.
    await this.writing?.catch(() => undefined);
    await this.once();
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    this.unsubscribe();
    this.broker.closing.delete(this.onClosing);
    await this.writing?.catch(() => undefined);
    this.writtenAt = Number.NEGATIVE_INFINITY;
    if (!this.broker.isConnected()) return; // it lapses by itself
    await this.broker.manager.streams.purge(LEASES_STREAM, { filter: leaseSubject(this.key) });
  }

  /** A failed renewal is not an error: `isHeld` tells, and the next tick tries again. */
  private tick(): void {
    if (!this.writing) this.once().catch(() => undefined);
  }

  private async once(): Promise<void> {
    this.writing = this.write();
    try {
      await this.writing;
    } finally {
      this.writing = undefined;
    }
  }

  private async write(): Promise<void> {
    // From before the write: the broker's time of it is later, so the holder gives up first.
    const began = performance.now();
    const body = JSON.stringify(this.value() ?? null);
    await this.broker.jetstream.publish(leaseSubject(this.key), body, { timeout: LEASE_RENEW_MS });
    // The earlier value was stored when its write began or later, and this one by now.
    if (performance.now() - this.writtenAt >= LEASE_MS) this.lapsed += 1;
    this.writtenAt = began;
  }
}

async function liveLeases({ manager }: Broker, prefix: string): Promise<LeaseView[]> {
  const root = leaseSubject('');
  const info = await manager.streams.info(LEASES_STREAM, { subjects_filter: `${leaseSubject(prefix)}>` });
  const subjects = Object.keys(info.state.subjects ?? {});
  const found = await Promise.all(
    subjects.map((subject) => manager.streams.getMessage(LEASES_STREAM, { last_by_subj: subject })),
  );
  const now = Date.parse(info.ts ?? '');
  if (Number.isNaN(now)) throw new Error('the broker did not say its time');
  return found
    .filter((message) => message !== null)
    .map((message) => ({
      key: message.subject.slice(root.length),
      value: message.json<unknown>(),
      ageMs: Math.max(0, now - message.time.getTime()),
    }))
    .filter(({ ageMs }) => ageMs < LEASE_MS);
}
