import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { MediaError } from './media-error.js';

const require = createRequire(import.meta.url);

type Tool = 'ffmpeg' | 'ffprobe';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(tool: Tool): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, tool)).find(isExecutable);
}

function fromPackage(tool: Tool): string | undefined {
  try {
    return (require(`@${tool}-installer/${tool}`) as { path: string }).path;
  } catch {
    return undefined;
  }
}

function locate(tool: Tool): string {
  const variable = `ZOETROPE_${tool.toUpperCase()}`;
  const asked = process.env[variable];
  if (asked) {
    if (isExecutable(asked)) return asked;
    throw new MediaError('ffmpeg_missing', `${variable}=${asked} is not an executable file`);
  }
  const found = onPath(tool) ?? fromPackage(tool);
  if (found) return found;
  throw new MediaError('ffmpeg_missing', `${tool} not found: install it, or set ${variable} to its path`);
}

/** Path of ffmpeg: `ZOETROPE_FFMPEG`, else PATH, else the npm binary. Throws `ffmpeg_missing`. */
export const ffmpegPath = (): string => locate('ffmpeg');

/** Path of ffprobe: `ZOETROPE_FFPROBE`, else PATH, else the npm binary. Throws `ffmpeg_missing`. */
export const ffprobePath = (): string => locate('ffprobe');
