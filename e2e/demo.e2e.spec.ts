import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { Customer } from './support/customer.js';
import { startTestSystem, type TestSystem } from './support/system.js';
import { probe } from './support/video.js';

/** Real: every process, and the demo as `npm run demo` runs it: the script's own text, in a shell. */
const root = path.resolve(import.meta.dirname, '..');
const script: string = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts.demo;

let system: TestSystem;
let folder: string;
let image: string;
let account: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-demo-'));
  image = path.join(folder, 'photo.jpg');
  writeFileSync(image, await photoLike({ width: 320, height: 256, seed: 5 }));
  system = await startTestSystem();
  const { email, password } = await Customer.signUp(system, 'pro');
  account = { ZOETROPE_URL: system.url, ZOETROPE_EMAIL: email, ZOETROPE_PASSWORD: password };
}, 120_000);
afterAll(async () => {
  await system?.end();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

interface Ended {
  code: unknown;
  stdout: string;
  stderr: string;
}

const demo = (args: string[], env: Record<string, string> = account): Promise<Ended> => {
  const { ZOETROPE_URL, ZOETROPE_EMAIL, ZOETROPE_PASSWORD, ...others } = process.env;
  const PATH = `${path.join(root, 'node_modules/.bin')}${path.delimiter}${others.PATH}`;
  const options = { cwd: root, env: { ...others, PATH, ...env }, timeout: 150_000 };
  return new Promise((resolve) => {
    execFile('sh', ['-c', `${script} "$@"`, 'demo', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? error?.signal ?? 0, stdout, stderr }),
    );
  });
};

const refusal = (line: unknown): unknown => ({ code: 1, stdout: '', stderr: line });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Kept {
  bytes: Uint8Array;
  sha256: string;
  seconds: number;
  length: number;
}

/** What the demo says it saved, with the bytes it did save. */
const keptIn = (stdout: string): Kept[] =>
  [
    ...stdout.matchAll(/^ {2}saved {4}(.+)\n {2}sha256 {3}(\w+)\n {2}length {3}([\d.]+) s, (\d+) bytes$/gm),
  ].map(([, file = '', hash = '', seconds, length]) => ({
    bytes: readFileSync(file),
    sha256: hash,
    seconds: Number(seconds),
    length: Number(length),
  }));

const barsIn = (text: string): string[] =>
  [...text.matchAll(/^ {2}(\w+) +█{30} 100 % +[\d.]+ s$/gm)].map(([, stage = '']) => stage);

describe('npm run demo', () => {
  it('prepares, regenerates in place, and shows both videos of one URL', async () => {
    const out = path.join(folder, 'out');
    const ended = await demo([image, '--mode', 'animate-in', '--dur', '2', '--out', out]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });

    const kept = keptIn(ended.stdout);
    expect(kept).toHaveLength(2);
    for (const { bytes, ...said } of kept) {
      expect(said).toMatchObject({ sha256: sha256(bytes), length: bytes.length });
      expect(Math.abs((await probe(bytes)).durationMs / 1_000 - said.seconds)).toBeLessThan(0.05);
    }
    const [before, after] = kept as [Kept, Kept];
    expect(after.sha256).not.toBe(before.sha256);
    expect(Math.abs(after.seconds - 2)).toBeLessThan(0.1);

    const [preparing = '', regenerating = ''] = ended.stdout.split('\nRegenerating ');
    for (const part of [preparing, regenerating])
      expect(barsIn(part)).toEqual(['vision', 'single', 'merge', 'store', 'purge']);

    const [, url = ''] = /never changed:\n {2}(\S+)\n/.exec(ended.stdout) ?? [];
    expect(url).toContain('/v1/');
    const served = await fetch(url);
    expect(sha256(new Uint8Array(await served.arrayBuffer()))).toBe(after.sha256);
    expect(served.headers.get('x-zoetrope-generation')).toBe('2');
  }, 180_000);

  it('says in one line that the image is missing', async () => {
    const missing = path.join(folder, 'missing.jpg');
    const line = `${missing} cannot be read: ENOENT: no such file or directory, open '${missing}'\n`;
    expect(await demo([missing])).toEqual(refusal(line));
  }, 60_000);

  it('says in one line that the length is out of range', async () => {
    const line = "error: option '--dur <seconds>' argument '99' is invalid. a whole number from 2 to 8\n";
    expect(await demo([image, '--dur', '99'])).toEqual(refusal(line));
  }, 60_000);

  it('says in one line that nothing runs from the folder', async () => {
    const line = `nothing runs from ${folder}: start it with npm start in another shell\n`;
    expect(await demo([image], { ZOETROPE_DATA: folder })).toEqual(refusal(line));
  }, 60_000);

  it('says in one line that what ran from the folder was killed', async () => {
    const left = path.join(folder, 'killed');
    mkdirSync(left);
    const port = await deadPort();
    writeFileSync(path.join(left, 'system.json'), JSON.stringify({ pid: 1, port }));
    writeFileSync(path.join(left, 'secrets.json'), JSON.stringify({ demoPassword: 'x' }));
    const line = new RegExp(`^the demo cannot go on: nothing answers at http://localhost:${port} .*\n$`);
    expect(await demo([image], { ZOETROPE_DATA: left })).toEqual(refusal(expect.stringMatching(line)));
  }, 60_000);

  it('says in one line that the password is wrong', async () => {
    const ended = await demo([image], { ...account, ZOETROPE_PASSWORD: 'something else' });
    const line = /^the demo cannot go on: POST \/api\/user\/signin answered 401 .*\n$/;
    expect(ended).toEqual(refusal(expect.stringMatching(line)));
  }, 60_000);
});

/** A port that was free a moment ago. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
