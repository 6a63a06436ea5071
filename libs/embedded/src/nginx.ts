import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dieWithParent, poll, spawnLogged, stoppable, untilReady } from './child.js';
import { freePort } from './free-port.js';
import { repoRoot } from './paths.js';
import { answersHttp, type CacheOptions, type CacheServer, withSbin } from './varnish.js';

export interface NginxOptions extends CacheOptions {
  /** What the notifier has as NGINX_REFRESH_TOKEN. */
  refreshToken: string;
}

/** The configuration we ship, with a port, a folder and the operator's part of its own. */
const configuration = (dataDir: string, port: number, { gateways, refreshToken }: NginxOptions): string => {
  const shipped = readFileSync(path.join(repoRoot, 'deploy', 'nginx', 'zoetrope.conf'), 'utf8')
    .replace('/var/cache/nginx/zoetrope', path.join(dataDir, 'cache'))
    .replace('listen 80;', `listen 127.0.0.1:${port};`);
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${path.join(dataDir, kind)};`)
    .join('\n');
  return `# Written at every start; edits are lost.
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${path.join(dataDir, 'nginx.pid')};
error_log ${path.join(dataDir, 'nginx.log')} warn;
events {}
http {
access_log off;
${temp}
upstream zoetrope { ${gateways.map((url) => `server ${new URL(url).host};`).join(' ')} keepalive 8; }
map $http_x_zoetrope_refresh $zoetrope_refresh { default 0; "${refreshToken}" 1; }
${shipped}
}
`;
};

/**
 * Starts an nginx on 127.0.0.1 with the configuration we ship (deploy/nginx) in front of these gateways. Debian's
 * package `nginx` has it.
 *
 * @throws StartFailure naming the log file when it does not come up within 30 s
 */
export const startNginx = async (options: NginxOptions): Promise<CacheServer> => {
  const dataDir = path.resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const port = options.port ?? (await freePort());
  const file = path.join(dataDir, 'nginx.conf');
  writeFileSync(file, configuration(dataDir, port, options));
  const logFile = path.join(dataDir, 'nginx.log');
  const command = [...dieWithParent('TERM'), 'nginx', '-p', dataDir, '-e', logFile, '-c', file];
  const running = stoppable(spawnLogged({ command, logFile, env: withSbin() }), 'SIGTERM', 10_000);
  await untilReady({ name: 'nginx', logFile, running, timeoutMs: 30_000, abort: options.abort }, (done) =>
    poll(() => answersHttp(port), done),
  );
  return { ...running, port, url: `http://127.0.0.1:${port}` };
};
