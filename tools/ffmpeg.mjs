import path from 'node:path';
import { hasApt, installFromDebian } from './apt.mjs';
import { isExecutable, onPath, Problem, root, step } from './run.mjs';

const fromNpm = (name) =>
  path.join(root, 'node_modules', `@${name}-installer`, `${process.platform}-${process.arch}`, name);

const pair = (find) => {
  const [ffmpeg, ffprobe] = ['ffmpeg', 'ffprobe'].map(find);
  return ffmpeg && ffprobe ? { ffmpeg, ffprobe } : undefined;
};

const named = (name) => process.env[`ZOETROPE_${name.toUpperCase()}`] ?? onPath(name);
const packaged = (name) => (isExecutable(fromNpm(name)) ? fromNpm(name) : undefined);

/** Root can have Debian's; everybody else uses the npm packages, which are older but enough. */
const canInstall = () => process.getuid?.() === 0 && hasApt();

/** ffmpeg and ffprobe that are there already, or undefined when installing Debian's would be better. */
export const presentFfmpeg = () => pair(named) ?? (canInstall() ? undefined : pair(packaged));

/** Installs Debian's ffmpeg, and falls back to the npm packages' binaries. */
export const fetchFfmpeg = async () => {
  const why = await step('ffmpeg from Debian', () => installFromDebian('ffmpeg')).catch(
    (error) => error.message,
  );
  const found = pair(onPath) ?? pair(packaged);
  if (found) return found;
  throw new Problem(
    `ffmpeg and ffprobe are needed: install them and put them on the PATH (${why ?? 'not found'})`,
  );
};
