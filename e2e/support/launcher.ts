import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { childMark } from '@zoetrope/embedded/orphans';
import { pidsWithEnvironment } from '@zoetrope/embedded/pids';

const tools = path.resolve(import.meta.dirname, '../../tools');

/** `npm start` on a folder and a port, as a process tree of its own. */
export class Launcher {
  readonly url: string;
  private readonly env: NodeJS.ProcessEnv;

  private constructor(
    private readonly child: ChildProcess,
    private readonly dataDir: string,
    port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.env = { ...process.env, ZOETROPE_DATA: dataDir };
  }

  /** Resolves once it says that it is ready; rejects with all it said when it ends before. */
  static async start(dataDir: string, port: number): Promise<Launcher> {
    const env = { ...process.env, ZOETROPE_DATA: dataDir, PORT: String(port), LOG_LEVEL: 'warn' };
    const child = spawn(process.execPath, [path.join(tools, 'start.mjs')], { env });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    for await (const line of createInterface({ input: child.stdout })) {
      said += `${line}\n`;
      if (!line.includes('Ready in')) continue;
      child.stdout.resume(); // a full pipe would stop it
      return new Launcher(child, dataDir, port);
    }
    throw new Error(`npm start ended: ${said}`);
  }

  /** Runs one operator command, as `npm run ops` does. */
  async ops(...args: string[]): Promise<string> {
    const command = [path.join(tools, 'ops.mjs'), ...args];
    return (await promisify(execFile)(process.execPath, command, { env: this.env })).stdout;
  }

  /** Every process it started, directly or not. */
  descendants(): number[] {
    return pidsWithEnvironment(childMark, this.dataDir);
  }

  /**
   * SIGKILL to all at once, as when the machine loses power: the launcher is frozen first, or it would start
   * some again while others die. Gives how many there were.
   */
  async killAll(): Promise<number> {
    this.child.kill('SIGSTOP');
    const killed = new Set<number>();
    for (let pids = this.descendants(); pids.length > 0; pids = this.descendants()) {
      for (const pid of pids) {
        killed.add(pid);
        process.kill(pid, 'SIGKILL');
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
    return killed.size + 1;
  }

  /** Ctrl-C; resolves to the exit code. */
  async stop(): Promise<unknown> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGINT');
    return (await exit)[0];
  }
}
