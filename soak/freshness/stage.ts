import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '@zoetrope/embedded/free-port';
import { startNats } from '@zoetrope/embedded/nats';
import { startNatsCluster } from '@zoetrope/embedded/nats-cluster';
import { type CacheServer, startVarnish } from '@zoetrope/embedded/varnish';
import { Relay } from '../support/relay.ts';
import type { SoakSystem, SoakSystemOptions } from '../support/system.ts';

/** A system behind a Varnish, with hops where links can be cut, refused at or slowed down. */
export interface Stage {
  readonly system: SoakSystem;
  readonly varnish: CacheServer;
  /** Between Varnish and each gateway. */
  readonly fills: readonly Relay[];
  /** Between the notifier and Varnish. */
  readonly purges: Relay;
  /** Between the last gateway and NATS. */
  readonly nats: Relay;
  /** Drops the asset from Varnish, as an eviction would. */
  evict(assetId: string): Promise<void>;
  end(): Promise<void>;
}

export interface StageOptions {
  readonly gateways: number;
  readonly r3: boolean;
  readonly folder: string;
  readonly start: (options: SoakSystemOptions) => Promise<SoakSystem>;
}

export async function setStage({ gateways, r3, folder, start }: StageOptions): Promise<Stage> {
  const broker = r3
    ? await startNatsCluster({ dataDir: path.join(folder, 'nats'), sync: 'default' })
    : await startNats({ dataDir: path.join(folder, 'nats'), sync: 'default' });
  const natsPort = Number(new URL(broker.url.split(',')[0] ?? '').port);
  const nats = await Relay.to(() => natsPort);
  const varnishPort = await freePort();
  const purges = await Relay.to(() => varnishPort);
  const system = await start({
    copies: { gateway: gateways },
    env: {
      NATS_URL: broker.url,
      NATS_REPLICAS: r3 ? '3' : '1',
      VARNISH_URLS: `http://127.0.0.1:${purges.port}`,
    },
    // One gateway reaches the log over a link that can be cut, alone.
    copyEnv: (app, number) =>
      app === 'gateway' && number === gateways ? { NATS_URL: `nats://127.0.0.1:${nats.port}` } : {},
  });
  const fills = await Promise.all(system.gateways.map((url) => Relay.to(() => Number(new URL(url).port))));
  const behind = fills.map(({ port }) => `http://127.0.0.1:${port}`);
  const varnish = await startVarnish({
    dataDir: path.join(folder, 'varnish'),
    gateways: behind,
    port: varnishPort,
  });
  const end = async () => {
    await varnish.stop();
    await system.end();
    await Promise.all([...fills, purges, nats].map((relay) => relay.stop()));
    await broker.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    system,
    varnish,
    fills,
    purges,
    nats,
    evict: (assetId) => ban(varnishPort, `asset-${assetId}`),
    end,
  };
}

/** Node's HTTP client knows no BAN. */
async function ban(port: number, tag: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`BAN / HTTP/1.1\r\nHost: x\r\nX-Zoetrope-Tag: ${tag}\r\nConnection: close\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (!answer.toString().startsWith('HTTP/1.1 200'))
    throw new Error(`BAN answered ${answer.toString().slice(0, 40)}`);
}
