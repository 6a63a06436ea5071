import type { Lease } from '@zoetrope/eventlog/event-log';
import { BoundedMap } from './bounded-map.js';
import type { Present } from './present.js';

/** Assets remembered; about 1 KB each. */
const REMEMBERED = 50_000;
/** Fences kept until their switch is heard of; about 100 bytes each. */
const FENCED = 50_000;

/** What one request concluded about an asset, and whether that still stands. */
export interface Ticket {
  readonly assetId: string;
  /** Lapses of the lease when it began; undefined: no lease was held. */
  readonly lapses: number | undefined;
  invalid: boolean;
}

/**
 * What this gateway may answer from memory. It stands on the lease: while it is held without a lapse, nobody changes
 * an asset's bytes before this gateway has been asked and has forgotten the asset (fence).
 */
export class Memory {
  private readonly settled = new BoundedMap<{ present: Present; lapses: number }>(REMEMBERED);
  private readonly fenced = new BoundedMap<number>(FENCED);
  private readonly open = new Map<string, Set<Ticket>>();
  private lease: Pick<Lease, 'isHeld' | 'lapses'> | undefined;

  /** Undefined: from now on nothing is answered from memory. */
  holding(lease: Pick<Lease, 'isHeld' | 'lapses'> | undefined): void {
    this.lease = lease;
  }

  /** To be taken before anything about the asset is read, and closed when the answer has ended. */
  ticket(assetId: string): Ticket {
    const ticket: Ticket = { assetId, lapses: this.held(), invalid: false };
    const tickets = this.open.get(assetId) ?? new Set();
    this.open.set(assetId, tickets.add(ticket));
    return ticket;
  }

  close(ticket: Ticket): void {
    const tickets = this.open.get(ticket.assetId);
    tickets?.delete(ticket);
    if (tickets?.size === 0) this.open.delete(ticket.assetId);
  }

  /** Whether nothing that happened since the ticket was taken could make its conclusion stale. */
  stands({ invalid, lapses }: Ticket): boolean {
    return !invalid && lapses !== undefined && lapses === this.held();
  }

  get(assetId: string): Present | undefined {
    const entry = this.settled.get(assetId);
    return entry !== undefined && entry.lapses === this.held() ? entry.present : undefined;
  }

  /** Remembers what was read under a ticket, unless a generation is in flight or the ticket no longer stands. */
  remember(ticket: Ticket, present: Present): void {
    if (present.status === 'pending' || !present.exists || ticket.lapses === undefined) return;
    if (this.stands(ticket) && !this.isFenced(ticket.assetId, present))
      this.settled.set(ticket.assetId, { present, lapses: ticket.lapses });
  }

  /** Something happened to the asset: answers from now on are read from the log. */
  forget(assetId: string): void {
    this.settled.delete(assetId);
    for (const ticket of this.open.get(assetId) ?? []) ticket.invalid = true;
  }

  /**
   * A fence passed for this generation: what serves an older one is neither remembered nor storable any more, also
   * when it is read between the fence's confirmation and the switch.
   */
  fence(assetId: string, generation: number): void {
    this.fenced.set(assetId, Math.max(generation, this.fenced.get(assetId) ?? 0));
    this.forget(assetId);
  }

  /** The switch was heard of: whoever reads from now on gets this generation or a newer one. */
  switched(assetId: string, generation: number): void {
    this.forget(assetId);
    if (generation >= (this.fenced.get(assetId) ?? 0)) this.fenced.delete(assetId);
  }

  /** Whether a fence passed for a newer generation than the one that is served here. */
  isFenced(assetId: string, { video, deleted }: Present): boolean {
    if (deleted) return false; // nothing comes after that
    return (video?.generation ?? 0) < (this.fenced.get(assetId) ?? 0);
  }

  forgetAll(): void {
    this.settled.clear();
    for (const tickets of this.open.values()) for (const ticket of tickets) ticket.invalid = true;
  }

  private held(): number | undefined {
    return this.lease?.isHeld() ? this.lease.lapses() : undefined;
  }
}
