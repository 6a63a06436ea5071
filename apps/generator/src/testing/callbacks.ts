import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { AssetId } from '@zoetrope/contracts/ids';
import type { GeneratorDue } from '@zoetrope/contracts/messages';
import { stageAlarm } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';

const PATH = /^\/v1\/callbacks\/replicate\/([0-9a-f]{32})\/(\d+)\/(\w+)\/(\d+)$/;

/** Turns callbacks into early alarms, as the gateway does after it has verified them. */
export class Callbacks {
  /** Callbacks are taken and forgotten. */
  deaf = false;
  private readonly server: Server;

  private constructor(private readonly log: EventLog) {
    this.server = createServer(async (request, response) => {
      const { id } = (await json(request)) as { id: string };
      if (!this.deaf) await this.ring(request.url ?? '', id);
      response.writeHead(200).end();
    });
  }

  static async start(log: EventLog): Promise<Callbacks> {
    const callbacks = new Callbacks(log);
    await new Promise<void>((resolve) => callbacks.server.listen(0, '127.0.0.1', resolve));
    return callbacks;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async ring(path: string, predictionId: string): Promise<void> {
    const [, asset = '', number, stage = '', tries] = PATH.exec(path) ?? [];
    const [generation, attempt] = [Number(number), Number(tries)];
    const assetId = AssetId.parse(asset);
    const due: GeneratorDue = { assetId, generation, stage, attempt, kind: 'callback', predictionId };
    await this.log.alarms.ring('generator', stageAlarm(assetId, generation, stage, attempt), due);
  }
}
