import path from 'node:path';
import { freePort } from './free-port.js';
import { type NatsOptions, type NatsServer, startNats } from './nats.js';
import { Supervised, type SupervisedOptions } from './supervised.js';

export interface ClusterOptions extends Pick<NatsOptions, 'dataDir' | 'sync'> {
  readonly backoffMs?: SupervisedOptions<NatsServer>['backoffMs'];
}

/** Three NATS servers on 127.0.0.1 as one cluster, for streams of three replicas (NATS_REPLICAS=3). */
export interface NatsCluster {
  /** All three, comma-separated: what NATS_URL takes. */
  readonly url: string;
  /** Whoever dies is started again, on its port and folder. */
  readonly servers: readonly Supervised<NatsServer>[];
  stop(): Promise<void>;
}

const SIZE = 3;

/** @throws StartFailure naming a server's log file when the cluster does not come up within a minute */
export const startNatsCluster = async (options: ClusterOptions): Promise<NatsCluster> => {
  const ports = await Promise.all(Array.from({ length: 2 * SIZE }, () => freePort()));
  const [clients, routes] = [ports.slice(0, SIZE), ports.slice(SIZE)];
  const servers = clients.map((port, index) => {
    const name = `nats-${index + 1}`;
    const others = routes.filter((_, other) => other !== index);
    const cluster = { serverName: name, port: routes[index] ?? 0, routes: others };
    const dataDir = path.join(options.dataDir, name);
    return new Supervised({
      name,
      start: (abort) => startNats({ dataDir, sync: options.sync, port, cluster, abort }),
      backoffMs: options.backoffMs,
    });
  });
  const stop = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.stop())));
  try {
    await Promise.all(servers.map((server) => server.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: clients.map((port) => `nats://127.0.0.1:${port}`).join(','), servers, stop };
};
