import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { z } from 'zod';
import { StartFailure } from './start-failure.js';

/**
 * Reads a JSON file of ours, undefined when there is none.
 *
 * @throws StartFailure "… is damaged: `remedy`" when it is unreadable, no JSON, or of another shape.
 */
export const readJson = <T>(file: string, schema: z.ZodType<T>, remedy: string): T | undefined => {
  if (!existsSync(file)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new StartFailure(`${file} is damaged: ${remedy}`);
  }
};

/** Writes beside and renames, so that a reader or a crash sees the old file or the new one, never half of it. */
export const writeJson = (file: string, value: unknown): void => {
  const beside = `${file}.${process.pid}.tmp`;
  const handle = openSync(beside, 'w', 0o600);
  writeSync(handle, `${JSON.stringify(value, null, 2)}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(beside, file);
};
