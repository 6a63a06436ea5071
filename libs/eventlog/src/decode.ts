import type { Recorded } from '@zoetrope/contracts/fact';

/** A message of the log, whatever call brought it. */
export interface StoredMessage {
  readonly stream: string;
  readonly subject: string;
  readonly seq: number;
  /** When the broker stored it, Unix ms. */
  readonly ts: number;
  readonly headers: { get(name: string): string | undefined };
  readonly body: Uint8Array;
}

/**
 * Reads data of `fromVersion` as `fromVersion + 1`. A released version is never edited: this is how it stays readable.
 */
export type Upcaster = (data: unknown) => unknown;

const upcasters = new Map<string, Upcaster>();

/** @throws Error when that step is already registered */
export function registerUpcaster(type: string, fromVersion: number, upcast: Upcaster): void {
  const key = `${type}.v${fromVersion}`;
  if (upcasters.has(key)) throw new Error(`${key} has an upcaster already`);
  upcasters.set(key, upcast);
}

export declare function decode(message: StoredMessage): Recorded;
