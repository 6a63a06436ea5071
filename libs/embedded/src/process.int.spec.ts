/** Real: processes, signals, log files. The services are small scripts that keep the launcher's contract. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTimeOf } from './pids.js';
import { type ServiceProcess, startProcess } from './process.js';
import { restartBackoffMs, type Status, Supervised } from './supervised.js';

let folder: string;
const started: ServiceProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zt-process-'));
});

afterAll(async () => {
  await Promise.all(started.map((running) => running.kill()));
  await rm(folder, { recursive: true, force: true });
});

const ready = `console.log('{"ready":true,"port":1234}');`;
const staysUp = `process.stdin.on('end', () => process.exit(0)).resume();`;

const start = async (name: string, script: string, more: object = {}): Promise<ServiceProcess> => {
  const entry = path.join(folder, `${name}.mjs`);
  await writeFile(entry, script);
  const logFile = path.join(folder, `${name}.log`);
  const running = await startProcess({ name, entry, env: process.env, logFile, ...more });
  started.push(running);
  return running;
};

const logOf = (name: string): Promise<string> => readFile(path.join(folder, `${name}.log`), 'utf8');

describe('a service process', () => {
  it('is ready with its line, which stays out of the log; everything else is in it', async () => {
    const script = `console.log('{"level":30,"msg":"hello"}'); console.error('oh'); ${ready} ${staysUp}`;
    const running = await start('good', script);
    expect(running.port).toBe(1234);
    await running.kill();
    const log = await logOf('good');
    expect(log).toContain('"hello"');
    expect(log).toContain('oh');
    expect(log).not.toContain('"ready"');
  });

  it('is told to end with its parent, and has a stdin that stays open', async () => {
    const script = `if (process.env.ZOETROPE_EXIT_WITH_PARENT !== '1') process.exit(3); ${staysUp} ${ready}`;
    const running = await start('child', script);
    await running.stop();
    expect(await running.exited).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('is killed when it ignores the polite signal longer than its grace', async () => {
    const script = `process.on('SIGTERM', () => {}); ${ready} ${staysUp}`;
    const running = await start('stubborn', script, { graceMs: 100 });
    await running.stop();
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('that ends early fails with its own last words', async () => {
    const script = `console.log(JSON.stringify({ level: 60, msg: 'boom', err: { message: 'no disk' } })); process.exitCode = 4;`;
    const failure = start('early', script);
    await expect(failure).rejects.toThrow(
      /^early ended while starting \(exit code 4\): no disk — see .*early\.log$/,
    );
  });

  it('that never gets ready is killed, and that is said', async () => {
    const failure = start('silent', staysUp, { readyTimeoutMs: 300 });
    await expect(failure).rejects.toThrow(/^silent was not ready within 0\.3 s/);
  });

  it('that was not built says how', async () => {
    const options = { name: 'x', entry: '/nowhere/main.js', env: {}, logFile: path.join(folder, 'x.log') };
    await expect(startProcess(options)).rejects.toThrow('/nowhere/main.js is missing: run "npm run build"');
  });
});

describe('supervision', () => {
  const supervise = (script: string, backoffMs: (attempt: number) => number, seen: Status[] = []) =>
    new Supervised({
      name: 'part',
      backoffMs,
      onStatus: (status) => seen.push(status),
      start: (abort) => start('part', script, { abort }),
    });

  it('starts again what dies, and says so', async () => {
    const seen: Status[] = [];
    const part = supervise(`${ready} ${staysUp}`, () => 1, seen);
    const first = await part.start();
    await part.kill();
    const second = await part.up();
    expect(second.pid).not.toBe(first.pid);
    expect(seen.map(({ state }) => state)).toEqual(['starting', 'ready', 'died', 'starting', 'ready']);
    await part.stop();
    expect(startTimeOf(second.pid)).toBeUndefined();
  });

  it('waits longer after each quick death, up to ten seconds', async () => {
    expect([0, 1, 2, 3, 4, 9].map(restartBackoffMs)).toEqual([100, 400, 1600, 6400, 10_000, 10_000]);
    const attempts: number[] = [];
    const part = supervise(`${ready} ${staysUp}`, (attempt) => attempts.push(attempt));
    await part.start();
    for (let death = 0; death < 3; death++) {
      await part.kill();
      await part.up();
    }
    expect(attempts).toEqual([0, 1, 2]);
    await part.stop();
  });

  it('can be stopped while it waits, and stays stopped', async () => {
    const part = supervise(`${ready} ${staysUp}`, () => 60_000);
    await part.start();
    await part.kill();
    const next = part.up();
    await part.stop();
    await expect(next).rejects.toThrow('part was stopped');
  });

  it('can be stopped while it starts', async () => {
    const part = supervise(staysUp, () => 1);
    const starting = part.start();
    const stopped = part.stop();
    await expect(starting).rejects.toThrow(/part ended while starting/);
    await stopped;
  });

  it('restarts at once when asked, even while it waits', async () => {
    const part = supervise(`${ready} ${staysUp}`, () => 60_000);
    const first = await part.start();
    const second = await part.restart();
    expect(second.pid).not.toBe(first.pid);
    await part.kill();
    const third = await part.restart();
    expect(third.pid).not.toBe(second.pid);
    await part.stop();
  });
});
