import { ObjectStoreError } from './errors.js';

/** Longest key, in characters: what every driver and every cache in front of one can take. */
export const MAX_KEY_LENGTH = 512;

const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}$/;

/**
 * Refuses a key that could leave its store or be spelled in two ways: segments of letters, digits, dot,
 * underscore and hyphen, joined by single slashes; no `.` or `..`, no slash at either end.
 *
 * @throws ObjectStoreError invalid_key
 */
export function checkKey(key: string): string {
  const valid = key.length <= MAX_KEY_LENGTH && key.split('/').every((segment) => SEGMENT.test(segment));
  if (!valid)
    throw new ObjectStoreError('invalid_key', `not an object key: ${JSON.stringify(key.slice(0, 100))}`);
  return key;
}

/** The beginning of a key, possibly empty, possibly in the middle of a segment. @throws invalid_key */
export function checkPrefix(prefix: string): string {
  if (prefix !== '') checkKey(`${prefix}x`);
  return prefix;
}

/** The served video of one generation: the only object under `generationPrefix`. */
export function videoKey(assetId: string, generation: number, sha256: string): string {
  return `${generationPrefix(assetId, generation)}${hash(sha256)}.mp4`;
}

/** The still picture of an asset, named by its bytes since the source fixes them. */
export function posterKey(assetId: string, sha256: string): string {
  return `${asset(assetId)}/poster/${hash(sha256)}.jpg`;
}

/** The source image as one generation fetched it: part of what that generation works with, and removed with it. */
export function sourceKey(assetId: string, generation: number, sha256: string): string {
  return `${stagesPrefix(assetId, generation)}source/${hash(sha256)}`;
}

/** A public, immutable upload. `ext` is the type found in the bytes: png, jpg or webp. */
export function uploadKey(sha256: string, ext: string): string {
  return `uploads/${hash(sha256)}.${extension(ext)}`;
}

/**
 * What one attempt of one stage made. Outside the generation's own prefix, so that counting objects there
 * counts videos, and so that a bucket's lifecycle rule on `stages/` can collect these.
 */
export function stageKey(
  assetId: string,
  generation: number,
  stage: string,
  attempt: number,
  sha256: string,
  ext = 'mp4',
): string {
  const name = `${stageName(stage)}/${positive(attempt, 'attempt')}/${hash(sha256)}.${extension(ext)}`;
  return `${stagesPrefix(assetId, generation)}${name}`;
}

/** Lists the one video of a generation, whatever its hash: how a redelivery finds what was already stored. */
export function generationPrefix(assetId: string, generation: number): string {
  return `${asset(assetId)}/${positive(generation, 'generation')}/`;
}

/** Lists what a generation works with: its source and every stage result. */
export function stagesPrefix(assetId: string, generation: number): string {
  return `stages/${asset(assetId)}/${positive(generation, 'generation')}/`;
}

/** Everything that belongs to one asset alone, for its deletion. Uploads are shared and stay. */
export function assetPrefixes(assetId: string): readonly string[] {
  return [`${asset(assetId)}/`, `stages/${asset(assetId)}/`];
}

function asset(assetId: string): string {
  return matching(assetId, /^[0-9a-f]{32}$/, 'an asset id (32 hex digits)');
}

function hash(sha256: string): string {
  return matching(sha256, /^[0-9a-f]{64}$/, 'a SHA-256 (64 hex digits)');
}

function extension(ext: string): string {
  return matching(ext, /^[a-z0-9]{1,8}$/, 'a file extension');
}

function stageName(stage: string): string {
  return matching(stage, /^[a-z][a-z0-9_-]{0,31}$/, 'a stage name');
}

function positive(value: number, name: string): string {
  if (Number.isSafeInteger(value) && value > 0) return String(value);
  throw new ObjectStoreError('invalid_key', `${name} must be a positive integer, got ${value}`);
}

function matching(value: string, pattern: RegExp, what: string): string {
  if (pattern.test(value)) return value;
  throw new ObjectStoreError('invalid_key', `${JSON.stringify(value.slice(0, 100))} is not ${what}`);
}
