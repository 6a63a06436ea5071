import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { AssetId } from '@zoetrope/contracts/ids';
import type { GeneratorDue } from '@zoetrope/contracts/messages';
import { stageAlarm } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { Webhook } from 'standardwebhooks';

const PATH = /^\/v1\/callbacks\/replicate\/([0-9a-f]{32})\/(\d+)\/(\w+)\/(\d+)$/;

/** What the renderer signs with unless told otherwise. */
const verifier = new Webhook('whsec_bG9jYWwtcmVwbGljYXRlLXdlYmhvb2stc2VjcmV0');

/** Verifies callbacks and turns them into early alarms, as the gateway does. */
export class Callbacks {
  /** Every callback that came, with what it was answered. */
  readonly seen: { readonly path: string; readonly status: number }[] = [];
  /** Callbacks are taken and forgotten. */
  deaf = false;
  private readonly server: Server;

  private constructor(private readonly log: EventLog) {
    this.server = createServer(async (request, response) => {
      const body = await buffer(request);
      const path = request.url ?? '';
      const status = isSigned(body, request.headers as Record<string, string>) ? 200 : 401;
      if (status === 200 && !this.deaf) await this.ring(path, JSON.parse(body.toString()).id);
      this.seen.push({ path, status });
      response.writeHead(status).end();
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

  /** What was answered to the callbacks about one asset. */
  statusesOf(assetId: string): number[] {
    return this.seen.filter(({ path }) => path.includes(assetId)).map(({ status }) => status);
  }

  private async ring(path: string, predictionId: string): Promise<void> {
    const [, asset = '', number, stage = '', tries] = PATH.exec(path) ?? [];
    const [generation, attempt] = [Number(number), Number(tries)];
    const assetId = AssetId.parse(asset);
    const due: GeneratorDue = { assetId, generation, stage, attempt, kind: 'callback', predictionId };
    await this.log.alarms.ring('generator', stageAlarm(assetId, generation, stage, attempt), due);
  }
}

function isSigned(body: Buffer, headers: Record<string, string>): boolean {
  try {
    verifier.verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
