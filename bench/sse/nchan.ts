import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  dieWithParent,
  poll,
  type Running,
  spawnLogged,
  stoppable,
  untilReady,
} from '@zoetrope/embedded/child';
import { freePort } from '@zoetrope/embedded/free-port';
import { answersHttp, withSbin } from '@zoetrope/embedded/varnish';

/** Where Debian's packages nginx and libnginx-mod-nchan put it. */
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
export const nchanIsHere = (): boolean => existsSync(MODULE);

export interface Nchan extends Running {
  readonly port: number;
}

/** One worker, as our notifier is one process; the last hundred messages are kept, as history is with us. */
const configuration = (dataDir: string, port: number): string => `
daemon off;
load_module ${MODULE};
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
worker_rlimit_nofile 65536;
pid ${path.join(dataDir, 'nginx.pid')};
events { worker_connections 32768; }
http {
  access_log off;
  client_body_temp_path ${path.join(dataDir, 'body')};
  proxy_temp_path ${path.join(dataDir, 'proxy')};
  fastcgi_temp_path ${path.join(dataDir, 'fastcgi')};
  uwsgi_temp_path ${path.join(dataDir, 'uwsgi')};
  scgi_temp_path ${path.join(dataDir, 'scgi')};
  nchan_max_reserved_memory 128M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/sub/(\\w+)$ {
      nchan_subscriber eventsource;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
      nchan_eventsource_ping_interval 15;
    }
    location ~ ^/pub/(\\w+)$ {
      nchan_publisher;
      nchan_channel_id $1;
      nchan_message_buffer_length 100;
      nchan_message_timeout 1h;
    }
  }
}
`;

/** @throws StartFailure naming its log when it does not come up */
export async function startNchan(dataDir: string): Promise<Nchan> {
  mkdirSync(dataDir, { recursive: true });
  const port = await freePort();
  const file = path.join(dataDir, 'nginx.conf');
  writeFileSync(file, configuration(dataDir, port));
  const logFile = path.join(dataDir, 'nginx.log');
  const command = [...dieWithParent('TERM'), 'nginx', '-p', dataDir, '-e', logFile, '-c', file];
  const running = stoppable(spawnLogged({ command, logFile, env: withSbin() }), 'SIGTERM', 10_000);
  const question = (done: AbortSignal) => poll(() => answersHttp(port), done);
  await untilReady({ name: 'nginx with nchan', logFile, running, timeoutMs: 30_000 }, question);
  return { ...running, port };
}

/** Publishes to a channel. @throws Error unless nchan took it */
export async function publish({ port }: Nchan, channel: string, body: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/pub/${channel}`, {
    method: 'POST',
    headers: { 'x-eventsource-event': 'vision_started', 'content-type': 'text/plain' },
    body,
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`nchan answered ${response.status}`);
}
