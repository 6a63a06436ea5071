/**
 * Everything a fresh machine needs before anything of ours can run: packages, Node 24, nats-server, ffmpeg,
 * the build. Plain JavaScript on Node's own modules, since it runs on Node 20 before `npm ci`.
 */
import path from 'node:path';
import { build, buildIsCurrent } from './build.mjs';
import { fetchFfmpeg, presentFfmpeg } from './ffmpeg.mjs';
import { withLock } from './lock.mjs';
import { fetchNatsServer, presentNatsServer } from './nats-server.mjs';
import { installPackages, node24, packagesAreCurrent } from './packages.mjs';
import { onTerminal, Problem, root } from './run.mjs';

const oldestNode = 20;
const wantedNode = 24;
const nodeMajor = () => Number(process.versions.node.split('.')[0]);

const present = async () => {
  if (!packagesAreCurrent() || !buildIsCurrent()) return undefined;
  const natsServer = await presentNatsServer();
  const ffmpeg = presentFfmpeg();
  return natsServer && ffmpeg ? { natsServer, ...ffmpeg } : undefined;
};

const fetchMissing = async () => {
  if (!packagesAreCurrent()) await installPackages();
  const natsServer = (await presentNatsServer()) ?? (await fetchNatsServer());
  const ffmpeg = presentFfmpeg() ?? (await fetchFfmpeg());
  if (!buildIsCurrent()) await build();
  return { natsServer, ...ffmpeg };
};

/** Our programs and tests find the tools by these names. */
const tellChildren = (tools) => {
  process.env.ZOETROPE_NATS_SERVER = tools.natsServer;
  process.env.ZOETROPE_FFMPEG = tools.ffmpeg;
  process.env.ZOETROPE_FFPROBE = tools.ffprobe;
  process.env.PATH = [path.dirname(node24), path.join(root, 'node_modules', '.bin'), process.env.PATH].join(
    path.delimiter,
  );
};

/**
 * Makes the machine ready, at once when it is already, and returns the tools' paths. Two at once are safe:
 * the second waits for the first.
 */
export const bootstrap = async () => {
  if (nodeMajor() < oldestNode)
    throw new Problem(`Node ${process.versions.node} is too old: install Node 20 or later`);
  const lock = path.join(root, '.toolchain', 'lock');
  const onWait = (pid) =>
    process.stdout.write(`  waiting for another set-up${pid ? ` (process ${pid})` : ''} …\n`);
  const tools = (await present()) ?? (await withLock(lock, onWait, fetchMissing));
  tellChildren(tools);
  return tools;
};

/**
 * Runs the given script again under Node 24 when this Node is older, and returns its exit code; undefined
 * when this Node will do. Signals are passed on; it notices our death by the closing channel.
 */
export const underNode24 = async (script) => {
  if (nodeMajor() >= wantedNode) return undefined;
  const options = { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], cwd: process.cwd() };
  return onTerminal(node24, [script, ...process.argv.slice(2)], options);
};
