import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const TOKEN = 'token-of-the-specs';
export const SECRET = 'whsec_c3BlY3Mtc2lnbi13aXRoLXRoaXMtMjQtYg==';

export interface ServerProcess {
  port: number;
  url: string;
  child: ChildProcess;
  /** Ends it with the signal and resolves with its exit code, null when the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const hooks = fileURLToPath(new URL('./from-source.mjs', import.meta.url));
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Starts the real server as a process, from source, and waits for its ready line. */
export async function startServerProcess(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  const settings = {
    PORT: '0',
    DATA_DIR: dataDir,
    API_TOKEN: TOKEN,
    WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'warn',
    ...env,
  };
  const child = spawn(process.execPath, ['--import', hooks, '-C', 'zoetrope-source', main], {
    env: { PATH: process.env.PATH, ...mediaSettings(), ...settings },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await readyPort(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  };
  return { port, url: `http://127.0.0.1:${port}`, child, end };
}

function mediaSettings(): Record<string, string> {
  const { ZOETROPE_FFMPEG, ZOETROPE_FFPROBE } = process.env;
  return { ...(ZOETROPE_FFMPEG && { ZOETROPE_FFMPEG }), ...(ZOETROPE_FFPROBE && { ZOETROPE_FFPROBE }) };
}

async function readyPort(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const { ready, port } = JSON.parse(line) as { ready: boolean; port: number };
    if (ready) return port;
  }
  throw new Error('the server ended before it was ready');
}
