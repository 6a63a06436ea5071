import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sampleImage } from '@zoetrope/embedded/sample-image';
import { Command, InvalidArgumentError } from 'commander';
import { DemoApi, type Video } from './demo-api.ts';
import { follow } from './follow.ts';
import { runningSystem } from './running-system.ts';

interface Options {
  motion: string;
  dur: number;
  mode: string;
  out: string;
}

const seconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 2 || value > 8)
    throw new InvalidArgumentError('a whole number from 2 to 8');
  return value;
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function keep(folder: string, video: Video): void {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `generation-${video.generation}.mp4`);
  writeFileSync(file, video.bytes);
  say(`  saved    ${file}`);
  say(`  sha256   ${video.sha256}`);
  say(`  length   ${(video.durationMs / 1000).toFixed(2)} s, ${video.bytes.length} bytes`);
}

function imageIn(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
}

async function demo(image: string | undefined, options: Options): Promise<void> {
  const bytes = image ? imageIn(image) : await sampleImage();
  const api = await DemoApi.signIn(runningSystem());
  const source = await api.upload(bytes);
  say(`Preparing ${image ?? 'the sample image'} (${options.mode}) …`);
  const asset = await api.prepare(source, options.mode);
  if (asset.status !== 'ready') await follow(api.eventsUrl(asset.asset_id), asset.generation);
  const before = await api.video(asset);
  keep(options.out, before);

  say(`\nRegenerating with motion ${options.motion}, ${options.dur} s …`);
  const generation = await api.regenerate(asset.asset_id, {
    motion: options.motion,
    dur_seconds: options.dur,
  });
  await follow(api.eventsUrl(asset.asset_id), generation);
  const after = await api.video(asset);
  keep(options.out, after);

  say(`\nThe URL in the page never changed:\n  ${asset.mp4_url}`);
  say(`  before  ${before.sha256.slice(0, 16)}…  ${(before.durationMs / 1000).toFixed(2)} s`);
  say(`  after   ${after.sha256.slice(0, 16)}…  ${(after.durationMs / 1000).toFixed(2)} s`);
  if (before.sha256 === after.sha256) throw new Error('the bytes behind the URL did not change');
}

const program = new Command('demo')
  .description('Prepare an image, then regenerate it in place, against the running system')
  .argument('[image]', 'a png, jpeg or webp; default: a drawn sample')
  .option('--motion <motion>', 'subtle, medium or kinetic, for the regenerate', 'kinetic')
  .option('--dur <seconds>', 'length of the regenerated video, 2 to 8', seconds, 6)
  .option('--mode <mode>', 'loop, animate-in or animate-on-hover', 'loop')
  .option('--out <folder>', 'where the videos are saved', 'demo-output')
  .action(demo);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
