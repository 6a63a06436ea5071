import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NatsServer, startNats } from '@zoetrope/embedded/nats';

const here = import.meta.dirname;
const children: Sample[] = [];

/** The sample service as a process. */
class Sample {
  readonly lines: Record<string, unknown>[] = [];
  readonly exited: Promise<number | null>;
  private readonly output: Interface;

  private constructor(readonly child: ChildProcessWithoutNullStreams) {
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
    this.output = createInterface({ input: child.stdout });
    this.output.on('line', (text) => text.startsWith('{') && this.lines.push(JSON.parse(text)));
  }

  static start(env: Record<string, string>, args: string[] = []): Sample {
    const hooks = path.join(here, 'testing/run-from-source.mjs');
    const main = path.join(here, 'testing/sample-service.ts');
    const node = ['--conditions=zoetrope-source', '--import', hooks, main, ...args];
    const { PATH, HOME } = process.env;
    const sample = new Sample(spawn('node', node, { env: { PATH, HOME, ...env }, stdio: 'pipe' }));
    children.push(sample);
    return sample;
  }

  /** The first line on stdout of which this is true. */
  async until(match: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.lines.find(match);
      if (line) return line;
      const ended = await Promise.race([once(this.output, 'line'), this.exited.then(() => 'ended')]);
      if (ended === 'ended' && !this.lines.some(match))
        throw new Error(`only: ${JSON.stringify(this.lines)}`);
    }
  }

  async ready(): Promise<string> {
    const { port } = await this.until((line) => line.ready === true);
    return `http://127.0.0.1:${port}`;
  }
}

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  let all = '';
  for await (const chunk of stream ?? []) all += chunk;
  return all;
}

describe('a service', () => {
  let folder: string;
  let nats: NatsServer;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-service-'));
    nats = await startNats({ dataDir: folder });
  });
  afterEach(async () => {
    for (const { child, exited } of children.splice(0)) {
      child.kill('SIGKILL');
      await exited;
    }
  });
  afterAll(async () => {
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('says when it is ready, injects the platform, tells its health, and ends within 5 s of SIGTERM', async () => {
    const sample = Sample.start({ NATS_URL: nats.url });
    const base = await sample.ready();
    const answer = (await (await fetch(`${base}/sample`)).json()) as Record<string, unknown>;
    expect(answer).toMatchObject({ service: 'gateway', level: 'info' });
    expect(answer.project).toMatch(/^prj_[0-9a-z]{20}$/);
    const asked = await fetch(`${base}/health/ready`);
    expect([asked.status, await asked.json()]).toEqual([200, { status: 'ok', checks: { nats: 'ok' } }]);
    await fetch(`${base}/break`);
    const broken = await fetch(`${base}/health/ready`);
    expect([broken.status, await broken.json()]).toEqual([
      503,
      { status: 'unavailable', checks: { nats: 'ok', sample: 'broken on purpose' } },
    ]);
    expect((await fetch(`${base}/health/live`)).status).toBe(200);
    const began = performance.now();
    sample.child.kill('SIGTERM');
    expect(await sample.exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('ends in good time though a client reads an endless answer', async () => {
    const sample = Sample.start({ NATS_URL: nats.url });
    const base = await sample.ready();
    const reader = (await fetch(`${base}/endless`)).body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
    const began = performance.now();
    sample.child.kill('SIGTERM');
    expect(await sample.exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
    await expect(reader?.read()).rejects.toThrow();
  });

  it('waits for a broker that comes later', async () => {
    const later = path.join(folder, 'later');
    const { port } = nats;
    await nats.stop();
    const sample = Sample.start({ NATS_URL: nats.url });
    await sample.until((line) => String(line.msg).startsWith('waiting for NATS'));
    nats = await startNats({ dataDir: later, port });
    await sample.ready();
  });

  it('writes no secret into its log', async () => {
    const sample = Sample.start({ NATS_URL: nats.url });
    const base = await sample.ready();
    await fetch(`${base}/sample`);
    expect(await sample.until((line) => line.msg === 'asked')).toMatchObject({
      token: '[redacted]',
      level: 'info',
      service: 'gateway',
    });
  });

  it('tells its figures to whoever has the token, and each request by its pattern', async () => {
    const token = 'a token for the scraper';
    const env = { NATS_URL: nats.url, METRICS_TOKEN: token, LOG_LEVEL: 'debug' };
    const sample = Sample.start(env);
    const base = await sample.ready();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await fetch(`${base}/sample?sig=do-not-tell`, { headers: { traceparent } });
    const line = await sample.until(({ msg, route }) => msg === 'request' && route === '/sample');
    expect(line).toMatchObject({ method: 'GET', status: 200, level: 'debug', traceId: 'a'.repeat(32) });
    expect(JSON.stringify(sample.lines)).not.toContain('do-not-tell');
    for (const authorization of ['', 'Bearer a token for the scrapes', `Basic ${token}`]) {
      const refused = await fetch(`${base}/metrics`, { headers: { authorization } });
      expect([refused.status, await refused.json()]).toEqual([401, { error: 'authentication required' }]);
    }
    const told = await fetch(`${base}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect(told.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const figures = await told.text();
    for (const series of [
      /^zoetrope_http_request_seconds_count\{service="gateway",method="GET",route="\/sample",status="200"\} 1$/m,
      /^zoetrope_dependency_up\{dependency="nats",service="gateway"\} 1$/m,
      /^zoetrope_queue_pending\{durable="[a-z-]+",service="gateway"\} 0$/m,
      /^process_cpu_seconds_total\{service="gateway"\} /m,
    ])
      expect(figures).toMatch(series);
    expect(figures).not.toMatch(/health|route="\/metrics/);
  });

  it('says which guard a checker switched off, and refuses to start with one that does not exist', async () => {
    const open = Sample.start({ NATS_URL: nats.url, ZOETROPE_SABOTAGE: 'no-barrier' });
    expect((await open.until((line) => line.level === 'warn')).msg).toMatch(
      /^GUARDS SWITCHED OFF .*no-barrier/,
    );
    const unknown = Sample.start({ NATS_URL: nats.url, ZOETROPE_SABOTAGE: 'no-bariers' });
    expect((await unknown.until((line) => line.level === 'fatal')).msg).toMatch(
      /no guard of ours: no-bariers/,
    );
    expect(await unknown.exited).toBe(1);
  });

  it('ends when its parent is gone, if told to', async () => {
    const sample = Sample.start({ NATS_URL: nats.url, ZOETROPE_EXIT_WITH_PARENT: '1' });
    await sample.ready();
    sample.child.stdin?.end();
    expect(await sample.exited).toBe(0);
  });

  it('crashes with a line in the log on an unhandled rejection', async () => {
    const sample = Sample.start({ NATS_URL: nats.url });
    const base = await sample.ready();
    await fetch(`${base}/crash`).catch(() => undefined);
    expect(await sample.until((line) => line.msg === 'unhandled rejection')).toMatchObject({
      level: 'fatal',
    });
    expect(await sample.exited).toBe(1);
  });

  it('explains its variables, and names the one that is wrong', async () => {
    const help = Sample.start({}, ['--help']);
    const table = await text(help.child.stdout);
    expect(table).toMatch(/NATS_URL +default "nats:\/\/127.0.0.1:4222" +NATS servers/);
    expect(await help.exited).toBe(0);
    const wrong = Sample.start({ PORT: 'eighty', LOG_LEVEL: 'loud' });
    const complaint = await text(wrong.child.stderr);
    expect(complaint.trim().split('\n')).toEqual([
      expect.stringMatching(/^PORT is wrong: /),
      expect.stringMatching(/^LOG_LEVEL is wrong: /),
    ]);
    expect(await wrong.exited).toBe(78);
  });
});
