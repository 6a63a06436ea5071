import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hasApt, unpackFromDebian } from './apt.mjs';
import { collect, isExecutable, onPath, Problem, root, step } from './run.mjs';

/** The release taken from upstream where Debian has none; its SHA256SUMS file is checked. */
const upstreamVersion = 'v2.15.1';
const upstream = () =>
  process.env.ZOETROPE_NATS_RELEASES ?? 'https://github.com/nats-io/nats-server/releases/download';
const oldest = [2, 12];

const toolchain = path.join(root, '.toolchain');
const ours = path.join(toolchain, 'bin', 'nats-server');

const isRecent = async (binary) => {
  const said = await collect(binary, ['--version']).catch(() => '');
  const [, major, minor] = (/v(\d+)\.(\d+)\./.exec(said) ?? [0, 0, 0]).map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
};

/** Copied beside and renamed, so that nobody ever runs half a file. */
const keep = (file) => {
  mkdirSync(path.dirname(ours), { recursive: true });
  const beside = `${ours}.${process.pid}`;
  copyFileSync(file, beside);
  chmodSync(beside, 0o755);
  renameSync(beside, ours);
};

const fromDebian = async () => {
  if (!hasApt()) throw new Problem('no apt-get here');
  const folder = path.join(toolchain, 'apt');
  const files = await unpackFromDebian('nats-server', 'sid', folder);
  const binary = ['usr/sbin', 'usr/bin']
    .map((place) => path.join(files, place, 'nats-server'))
    .find(isExecutable);
  if (!binary) throw new Problem('the Debian package has no nats-server in it');
  keep(binary);
  rmSync(folder, { recursive: true, force: true });
};

const download = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok) throw new Problem(`${url} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
};

const platformName = () => {
  const processor = { x64: 'amd64', arm64: 'arm64', arm: 'arm7' }[process.arch] ?? process.arch;
  return `nats-server-${upstreamVersion}-${process.platform}-${processor}`;
};

/** The archive of upstream's release page, refused unless its SHA-256 is the one in their SHA256SUMS. */
const fromUpstream = async () => {
  const archive = `${platformName()}.tar.gz`;
  const sums = (await download(`${upstream()}/${upstreamVersion}/SHA256SUMS`)).toString('utf8');
  const wanted = sums
    .split('\n')
    .find((line) => line.trim().endsWith(archive))
    ?.split(/\s+/)[0];
  if (!wanted) throw new Problem(`upstream has no ${archive}`);
  const bytes = await download(`${upstream()}/${upstreamVersion}/${archive}`);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== wanted) throw new Problem(`${archive} has SHA-256 ${found}, upstream says ${wanted}`);
  const folder = path.join(toolchain, 'upstream');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, archive), bytes);
  await collect('tar', ['-xzf', archive], { cwd: folder });
  keep(path.join(folder, platformName(), 'nats-server'));
  rmSync(folder, { recursive: true, force: true });
};

/** A nats-server that is there already, or undefined: PATH first, then what an earlier set-up fetched. */
export const presentNatsServer = async () => {
  if (process.env.ZOETROPE_NATS_SERVER) return process.env.ZOETROPE_NATS_SERVER;
  for (const candidate of [onPath('nats-server'), ours]) {
    if (candidate && isExecutable(candidate) && (await isRecent(candidate))) return candidate;
  }
  return undefined;
};

/** Fetches nats-server 2.12 or later into `.toolchain`, from Debian, else from upstream. */
export const fetchNatsServer = async () => {
  const whys = [];
  for (const [title, get] of [
    ['nats-server from Debian', fromDebian],
    ['nats-server from its release page', fromUpstream],
  ]) {
    try {
      await step(title, get);
      if (await isRecent(ours)) return ours;
      whys.push(`${title}: too old or not for this machine`);
    } catch (error) {
      whys.push(`${title}: ${error.message}`);
    }
  }
  throw new Problem(
    `nats-server 2.12 or later is needed: install it and put it on the PATH (${whys.join('; ')})`,
  );
};
