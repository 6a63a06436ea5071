import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { collect, onPath, Problem } from './run.mjs';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

export const hasApt = () => Boolean(onPath('apt-get') && onPath('dpkg'));

/** The Debian mirror this machine is set up with. */
const debianMirror = async () => {
  const text = await collect('apt-get', ['indextargets', '--format', '$(REPO_URI)']).catch(() => '');
  const found = text.split('\n').find((uri) => /\/debian\/?$/.test(uri.trim()));
  if (!found)
    throw new Problem('apt is set up with no Debian mirror: install nats-server 2.12 or later on the PATH');
  return found.trim();
};

/**
 * apt pointed at folders of its own, so that another suite can be read without touching the machine's
 * package lists. Signatures are checked as always, against Debian's own keys.
 */
const isolated = async (folder, suite) => {
  for (const name of ['lists/partial', 'cache/archives/partial', 'parts', 'trusted']) {
    mkdirSync(path.join(folder, name), { recursive: true });
  }
  const sources = path.join(folder, 'sources.list');
  writeFileSync(sources, `deb [signed-by=${keyring}] ${await debianMirror()} ${suite} main\n`);
  writeFileSync(path.join(folder, 'status'), '');
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': path.join(folder, 'parts'),
    'Dir::State': folder,
    'Dir::State::lists': path.join(folder, 'lists'),
    'Dir::State::status': path.join(folder, 'status'),
    'Dir::Cache': path.join(folder, 'cache'),
    'Acquire::Languages': 'none',
    // The sandbox user could not enter our folder; the signatures are what protects us.
    'APT::Sandbox::User': process.getuid?.() === 0 ? 'root' : '',
    'APT::Update::Post-Invoke': '',
    'APT::Update::Post-Invoke-Success': '',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
};

/**
 * Downloads one package of a Debian suite into `folder` and unpacks it there, without installing anything.
 * Returns the folder that holds its files.
 */
export const unpackFromDebian = async (packageName, suite, folder) => {
  if (!existsSync(keyring)) throw new Problem(`${keyring} is missing`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = await isolated(folder, suite);
  await collect('apt-get', [...options, '-qq', 'update'], { cwd: folder });
  await collect('apt-get', [...options, '-qq', 'download', packageName], { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (!archive) throw new Problem(`apt-get downloaded no ${packageName}`);
  const files = path.join(folder, 'files');
  await collect('dpkg', ['-x', path.join(folder, archive), files]);
  return files;
};

/** Installs a Debian package on this machine; root only. Reads the package lists when they are too old. */
export const installFromDebian = async (packageName) => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const install = () =>
    collect('apt-get', [...wait, '-y', '-qq', '--no-install-recommends', 'install', packageName], { env });
  await install().catch(async () => {
    await collect('apt-get', [...wait, '-qq', 'update'], { env });
    await install();
  });
};
