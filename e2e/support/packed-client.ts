import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');

export interface Ran {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** An empty project that has nothing but the packed SDK, as a customer's would be. */
export class PackedClient {
  private constructor(readonly folder: string) {}

  static async install(): Promise<PackedClient> {
    const folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-client-'));
    const env = { ...process.env, npm_config_update_notifier: 'false' };
    await run('npm', ['pack', '--pack-destination', folder], { cwd: path.join(root, 'libs/client'), env });
    const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'shop', type: 'module' }));
    const how = ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`];
    await run('npm', how, { cwd: folder, env });
    return new PackedClient(folder);
  }

  /** What the package consists of, sorted. */
  async files(): Promise<string[]> {
    const all = await readdir(path.join(this.folder, 'node_modules/@zoetrope/client'), { recursive: true });
    return all.sort();
  }

  /** Packages in the project. */
  packages(): Promise<string[]> {
    return readdir(path.join(this.folder, 'node_modules')).then((all) =>
      all.filter((name) => !name.startsWith('.')),
    );
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(path.join(this.folder, name), text);
  }

  /** Runs a program of the project; `told` is called with each line it prints. */
  async node(name: string, env: NodeJS.ProcessEnv, told: (line: string) => unknown = () => {}): Promise<Ran> {
    const child = spawn(process.execPath, [name], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, ...env },
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        void told(line);
      });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, lines };
  }

  /** Checks its TypeScript strictly, the package's own declarations included. @returns the complaints */
  async tsc(name: string): Promise<string> {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const how = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
    const kind = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable'];
    return run(process.execPath, [tsc, ...how, ...kind, name], { cwd: this.folder }).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
  }

  end(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
