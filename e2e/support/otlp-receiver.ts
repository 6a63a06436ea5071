import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Trace ids it links to. */
  readonly links: readonly string[];
}

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number | string; boolValue?: boolean };
}
interface WireSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes?: Attribute[];
  links?: { traceId: string }[];
}
interface Export {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: WireSpan[] }[] }[];
}

/** An OpenTelemetry collector that keeps what it is given (OTLP 1.x over HTTP, JSON). */
export class OtlpReceiver {
  readonly spans: SeenSpan[] = [];
  /** Bodies as they came. */
  readonly bodies: string[] = [];
  /** Authorization of each export. */
  readonly credentials = new Set<string | undefined>();
  private readonly waiting = new Set<() => void>();
  private readonly server: Server = createServer((request, response) => {
    void this.keep(text(request), request.headers.authorization).then(() =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    );
  });

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when `match` is true of all that came. */
  async until(what: string, match: () => boolean, timeoutMs = 60_000): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => match() && resolve();
    const names = () => this.spans.map(({ name }) => name).join(', ');
    const timer = setTimeout(() => reject(new Error(`no ${what}; spans: ${names()}`)), timeoutMs);
    this.waiting.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(look);
    }
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async keep(coming: Promise<string>, authorization: string | undefined): Promise<void> {
    const body = await coming;
    this.bodies.push(body);
    this.credentials.add(authorization);
    for (const { resource, scopeSpans } of (JSON.parse(body) as Export).resourceSpans) {
      const service = String(valuesOf(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) this.spans.push(seen(service, span));
    }
    for (const look of [...this.waiting]) look();
  }
}

const seen = (
  service: string,
  { attributes = [], links = [], parentSpanId, ...span }: WireSpan,
): SeenSpan => ({
  service,
  ...span,
  parentSpanId: parentSpanId || undefined,
  attributes: valuesOf(attributes),
  links: links.map(({ traceId }) => traceId),
});

const valuesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
