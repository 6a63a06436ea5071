import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { ffmpegPath, ffprobePath } from './binaries.js';
import { MediaError } from './media-error.js';
import { Semaphore } from './semaphore.js';

/** x264 spends about one core per process, so more at once than cores only makes each of them late. */
const slots = new Semaphore(Number(process.env.ZOETROPE_FFMPEG_CONCURRENCY) || availableParallelism());

const KEPT_STDERR = 4_000;

export interface RunOptions {
  /** Kills the process; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Flags that make output bytes depend on the input alone, not on version strings or clocks. */
export const DETERMINISTIC = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'];

function collectTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-KEPT_STDERR);
  });
  return () => tail.trim();
}

function launch(binary: string, args: string[], signal?: AbortSignal) {
  signal?.throwIfAborted();
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const tail = collectTail(child);
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  // A process that dies early closes its input; its exit code tells the story better than EPIPE does.
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new MediaError('ffmpeg_missing', error.message, { cause: error })));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(new MediaError('ffmpeg_failed', `${binary} ended with ${code}: ${tail()}`));
    });
  });
  // The consumer of stdout may fail first; the rejection is still observed when `ended` is awaited.
  ended.catch(() => {});
  return { child, ended };
}

const capture = (binary: string, args: string[], signal?: AbortSignal): Promise<Buffer> =>
  outputOf(launch(binary, args, signal));

async function outputOf({ child, ended }: ReturnType<typeof launch>): Promise<Buffer> {
  child.stdin.end();
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await ended;
  return Buffer.concat(chunks);
}

const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'];

/** Runs ffmpeg to its end and returns what it wrote to stdout. Rejects with `ffmpeg_failed`. */
export function runFfmpeg(args: string[], { signal }: RunOptions = {}): Promise<Buffer> {
  return slots.run(() => capture(ffmpegPath(), [...quiet, ...args], signal));
}

/** Runs ffprobe and returns its stdout. Not limited: it reads a header and is gone. */
export function runFfprobe(args: string[], { signal }: RunOptions = {}): Promise<Buffer> {
  return capture(ffprobePath(), ['-hide_banner', '-loglevel', 'error', ...args], signal);
}

/** What libavcodec says, at this level of its log, of each frame whose missing parts it made up (error_resilience.c). */
const MADE_UP = { level: 'verbose', word: 'concealing' } as const;

/**
 * Runs ffprobe where it decodes, which takes a processor as long as ffmpeg would. `concealed`: some damage was no
 * error to the decoder, which filled the hole with what it guessed.
 */
export function decodeWithFfprobe(
  args: string[],
  { signal }: RunOptions = {},
): Promise<{ stdout: Buffer; concealed: boolean }> {
  return slots.run(async () => {
    const launched = launch(ffprobePath(), ['-hide_banner', '-loglevel', MADE_UP.level, ...args], signal);
    const concealed = hears(launched.child, MADE_UP.word);
    return { stdout: await outputOf(launched), concealed: concealed() };
  });
}

function hears(child: ChildProcess, word: string): () => boolean {
  let heard = false;
  let rest = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = rest + chunk.toString('latin1');
    heard ||= text.includes(word);
    rest = text.slice(-word.length);
  });
  return () => heard;
}

/** Feeds frames to ffmpeg's stdin, no faster than it takes them, and waits for its end. */
export function encodeWithFfmpeg(
  args: string[],
  frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { signal }: RunOptions = {},
): Promise<void> {
  return slots.run(async () => {
    const { child, ended } = launch(
      ffmpegPath(),
      ['-hide_banner', '-loglevel', 'error', '-y', ...args],
      signal,
    );
    child.stdout.resume();
    const died = ended.then(
      () => 'ended' as const,
      () => 'ended' as const,
    );
    try {
      for await (const frame of frames) {
        if (child.stdin.write(frame)) continue;
        if ((await Promise.race([once(child.stdin, 'drain').catch(() => 'ended'), died])) === 'ended') break;
      }
      child.stdin.end();
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    await ended;
  });
}

/**
 * Decodes to raw frames of exactly `frameBytes` each, one at a time, with back-pressure.
 * Takes no slot of its own: it runs beside the encoder that consumes it.
 */
export async function* decodeFrames(
  args: string[],
  frameBytes: number,
  { signal }: RunOptions = {},
): AsyncGenerator<Buffer> {
  const { child, ended } = launch(ffmpegPath(), [...quiet, ...args], signal);
  child.stdin.end();
  try {
    let frame = Buffer.allocUnsafe(frameBytes);
    let filled = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) {
        const taken = chunk.copy(frame, filled, at);
        at += taken;
        filled += taken;
        if (filled < frameBytes) continue;
        yield frame;
        frame = Buffer.allocUnsafe(frameBytes);
        filled = 0;
      }
    }
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
}
