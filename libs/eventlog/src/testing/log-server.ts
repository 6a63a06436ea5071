import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Service } from '@zoetrope/contracts/fact';
import { type NatsServer, startNats } from '@zoetrope/embedded/nats';
import { type ConnectOptions, connectLog } from '../connect.js';
import type { EventLog } from '../event-log.js';

/** A real broker of a test's own, in a folder of its own. */
export class LogServer {
  private readonly logs: EventLog[] = [];

  private constructor(
    private readonly folder: string,
    private server: NatsServer,
  ) {}

  static async start(): Promise<LogServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-log-'));
    return new LogServer(folder, await startNats({ dataDir: folder, sync: 'always' }));
  }

  get url(): string {
    return this.server.url;
  }

  /** A log with its streams made, closed by `stop`. */
  async connect(service: Service, options: Partial<ConnectOptions> = {}): Promise<EventLog> {
    const log = await connectLog(this.url, { service, ...options });
    this.logs.push(log);
    await log.ensureStreams();
    return log;
  }

  /** kill -9; nothing the broker did not write is kept. */
  async kill(): Promise<void> {
    await this.server.kill('SIGKILL');
  }

  /** Starts again on the same port and folder. */
  async restart(): Promise<void> {
    this.server = await startNats({ dataDir: this.folder, port: this.server.port, sync: 'always' });
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.logs.map((log) => log.close()));
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
