import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { dieWithParent, poll, type Running, spawnLogged, stoppable, untilReady } from './child.js';
import { freePort } from './free-port.js';
import { repoRoot } from './paths.js';

export interface CacheOptions {
  /** Folder of this server alone; made when missing. */
  dataDir: string;
  /** Gateways behind it, `http://127.0.0.1:<port>` each. */
  gateways: readonly string[];
  /** TCP port on 127.0.0.1; a free one unless given. */
  port?: number;
  abort?: AbortSignal;
}

export interface CacheServer extends Running {
  readonly url: string;
  readonly port: number;
}

const backends = (gateways: readonly string[]): string => {
  const named = gateways.map((url, index) => ({ name: `gateway${index + 1}`, at: new URL(url) }));
  return `# Written at every start; edits are lost.
import directors;
probe zoetrope_ready { .url = "/health/ready"; .interval = 500ms; .timeout = 1s; .window = 3; .threshold = 2; }
${named
  .map(
    ({ name, at }) =>
      `backend ${name} { .host = "${at.hostname}"; .port = "${at.port}"; .probe = zoetrope_ready; }`,
  )
  .join('\n')}
acl zoetrope_notifiers { "127.0.0.1"; }
sub vcl_init {
  new gateways = directors.round_robin();
${named.map(({ name }) => `  gateways.add_backend(${name});`).join('\n')}
}
sub zoetrope_pick { set req.backend_hint = gateways.backend(); }
`;
};

/** Whether something speaks HTTP there, whatever it says. */
export const answersHttp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = request({ port, host: '127.0.0.1', path: '/health/live', timeout: 1_000 }, (answer) => {
      answer.resume();
      resolve(true);
    });
    asked.on('error', () => resolve(false));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });

/**
 * Starts a Varnish on 127.0.0.1 with the VCL we ship (deploy/varnish) in front of these gateways. Debian's package
 * `varnish` has it; it compiles the VCL with a C compiler.
 *
 * @throws StartFailure naming the log file when it does not come up within 30 s
 */
export const startVarnish = async (options: CacheOptions): Promise<CacheServer> => {
  const dataDir = path.resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path.join(dataDir, 'zoetrope-backends.vcl'), backends(options.gateways));
  const port = options.port ?? (await freePort());
  const shipped = path.join(repoRoot, 'deploy', 'varnish');
  const logFile = path.join(dataDir, 'varnish.log');
  const arguments_ = ['-F', '-j', 'none', '-a', `127.0.0.1:${port}`, '-n', path.join(dataDir, 'work')];
  const settings = ['-s', 'malloc,256m', '-p', `vcl_path=${dataDir}:${shipped}`, '-t', '86400'];
  const command = [
    ...dieWithParent('TERM'),
    'varnishd',
    ...arguments_,
    ...settings,
    '-f',
    `${shipped}/zoetrope.vcl`,
  ];
  const running = stoppable(spawnLogged({ command, logFile, env: withSbin() }), 'SIGTERM', 10_000);
  await untilReady({ name: 'Varnish', logFile, running, timeoutMs: 30_000, abort: options.abort }, (done) =>
    poll(() => answersHttp(port), done),
  );
  return { ...running, port, url: `http://127.0.0.1:${port}` };
};

/** Debian keeps servers where a user's PATH does not look. */
export const withSbin = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env.PATH ?? ''}${path.delimiter}/usr/sbin${path.delimiter}/usr/local/sbin`,
});
