/**
 * Stores for tests: a folder, and an S3 server over HTTP behind a door that does what real services do and this server
 * does not (`If-None-Match: *`, the list of uploads in parts), and what they should not (spoil bytes, refuse keys).
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { startFauxqs } from 'fauxqs';
import { type ObjectStoreConfig, openObjectStore } from './open.js';
import type { ObjectStore } from './store.js';

export interface Driver {
  open(config?: ObjectStoreConfig): Promise<ObjectStore>;
  close(): Promise<void>;
}

export interface S3Driver extends Driver {
  readonly door: Door;
}

export async function fileDriver(): Promise<Driver> {
  const folder = await mkdtemp(join(tmpdir(), 'objects-'));
  return {
    open: () => openObjectStore({ OBJECTS_DIR: folder }),
    close: () => rm(folder, { recursive: true }),
  };
}

export async function s3Driver(): Promise<S3Driver> {
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  server.createBucket('objects');
  const door = new Door(server.port);
  const { url } = await door.listen();
  const keys = { S3_ACCESS_KEY_ID: 'test', S3_SECRET_ACCESS_KEY: 'test', S3_REGION: 'us-east-1' };
  return {
    door,
    open: (config) => openObjectStore({ S3_ENDPOINT: url, S3_BUCKET: 'objects', ...keys, ...config }),
    async close() {
      door.close();
      await server.stop();
    },
  };
}

/** A request that passed, without its bucket. */
export interface Passed {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** What stands between client and server. */
export class Door {
  readonly passed: Passed[] = [];
  /** The next so many bodies of objects or parts are changed on their way, as if the server's disk had. */
  toSpoil = 0;
  /** Every request is refused with this status. */
  refuseWith: number | undefined;
  /** Called with each request before it is passed on; one that rejects breaks the connection. */
  before: (passed: Passed) => Promise<void> = async () => {};
  /** Uploads in parts that were begun and neither finished nor taken back, and when they began. */
  readonly uploads = new Map<string, { readonly key: string; began: Date }>();
  private turn: Promise<unknown> = Promise.resolve();
  private readonly server = createServer((incoming, response) => {
    this.take(incoming, response).catch(() => response.destroy());
  });

  constructor(private readonly port: number) {}

  async listen(): Promise<{ url: string }> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return { url: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}` };
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = 'GET', url = '/', headers } = incoming;
    const passed = { method, url, headers };
    this.passed.push(passed);
    await this.before(passed);
    if (this.refuseWith !== undefined) return void response.writeHead(this.refuseWith).end();
    if (/[?&]uploads(=|&|$)/.test(url) && method === 'GET') return this.listUploads(response);
    if (headers['if-none-match'] !== '*') return this.pass(passed, response, body);
    this.turn = this.turn.then(() => this.create(passed, response, body)).catch(() => response.destroy());
    await this.turn;
  }

  private async create(passed: Passed, response: ServerResponse, body: Buffer): Promise<void> {
    const { 'content-length': _length, ...headers } = passed.headers;
    const url = passed.url.split('?')[0] ?? '/';
    const taken = await this.ask({ method: 'HEAD', url, headers });
    taken.resume();
    if (taken.statusCode !== 200) return this.pass(passed, response, body);
    response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
  }

  private async pass(passed: Passed, response: ServerResponse, body: Buffer): Promise<void> {
    const spoils = passed.method === 'PUT' && body.byteLength > 0 && this.toSpoil > 0;
    if (spoils) this.toSpoil -= 1;
    const answer = await (spoils ? this.ask(unguarded(passed), spoilt(body)) : this.ask(passed, body));
    const bytes = await buffer(answer);
    this.note(passed, answer.statusCode ?? 500, bytes.toString('latin1'));
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(bytes);
  }

  private note({ method, url }: Passed, status: number, text: string): void {
    if (status >= 300) return;
    const began = method === 'POST' && /[?&]uploads(=|&|$)/.test(url) && /<UploadId>([^<]+)</.exec(text)?.[1];
    if (began)
      this.uploads.set(began, {
        key: url.split('?')[0]?.split('/').slice(2).join('/') ?? '',
        began: new Date(),
      });
    const ended = /[?&]uploadId=([^&]+)/.exec(url)?.[1];
    if (ended && (method === 'POST' || method === 'DELETE')) this.uploads.delete(decodeURIComponent(ended));
  }

  private listUploads(response: ServerResponse): void {
    const uploads = [...this.uploads].map(
      ([id, { key, began }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${began.toISOString()}</Initiated></Upload>`,
    );
    const list = `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${uploads.join('')}</ListMultipartUploadsResult>`;
    response.writeHead(200, { 'content-type': 'application/xml' }).end(list);
  }

  private ask({ method, url, headers }: Passed, body?: Buffer): Promise<IncomingMessage> {
    return new Promise((answer, fail) => {
      const options = { host: '127.0.0.1', port: this.port, method, path: url, headers, agent: false };
      request(options, answer).on('error', fail).end(body);
    });
  }
}

const spoilt = (body: Buffer): Buffer => {
  const other = Buffer.from(body);
  other[0] = (other[0] ?? 0) ^ 1;
  return other;
};

/** What came was right, and was checked; it is the disk that spoils it. */
const unguarded = ({ method, url, headers }: Passed): Passed => {
  const kept = Object.entries(headers).filter(([name]) => !/^(content-md5|x-amz-checksum-.*)$/.test(name));
  return { method, url, headers: Object.fromEntries(kept) };
};
