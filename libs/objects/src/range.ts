import { ObjectStoreError } from './errors.js';
import type { ByteRange } from './store.js';

/**
 * Position of the last byte a range means in an object of `size` bytes; -1 for a whole, empty object.
 *
 * @throws ObjectStoreError range_not_satisfiable
 */
export function lastByte(key: string, size: number, range: ByteRange | undefined): number {
  if (range === undefined) return size - 1;
  checkRange(key, range);
  if (range.start >= size) throw unsatisfiable(key, range, `the object has ${size} bytes`);
  return Math.min(range.end ?? size - 1, size - 1);
}

/** @throws ObjectStoreError range_not_satisfiable when no object could satisfy it */
export function checkRange(key: string, range: ByteRange): void {
  const { start, end = start } = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw unsatisfiable(key, range, 'positions are integers from 0, the last not before the first');
  }
}

/** The error for a range that lies outside its object. */
export function unsatisfiable(key: string, range: ByteRange, why: string, cause?: unknown): ObjectStoreError {
  const asked = `${range.start}-${range.end ?? ''}`;
  return new ObjectStoreError('range_not_satisfiable', `${key}: no bytes ${asked}, ${why}`, { cause });
}
