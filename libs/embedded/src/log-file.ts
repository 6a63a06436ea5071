import { existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

/** Above this a log is set aside as `<name>.old` at the next start, so that logs never fill a disk. */
const largestBytes = 20 * 1024 * 1024;

/** Opens a log file for appending and returns its descriptor. Its folder is made. */
export const openLog = (file: string): number => {
  mkdirSync(path.dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > largestBytes) renameSync(file, `${file}.old`);
  return openSync(file, 'a', 0o600);
};

const messageOf = (line: string): string => {
  try {
    const entry = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return entry.err?.message ?? entry.msg ?? line;
  } catch {
    return line; // not one of our JSON lines
  }
};

const tellsWhy = (line: string): boolean => /error|fatal|\[FTL\]|\[ERR\]|"level":[56]0/i.test(line);

/** The newest line of a log that tells why something ended, shortened for a one-line message. */
export const lastWords = (file: string): string => {
  if (!existsSync(file)) return 'no log';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-60);
  const line = lines.findLast(tellsWhy) ?? lines.at(-1) ?? '';
  return messageOf(line).trim().split('\n')[0]?.slice(0, 240) ?? '';
};
