import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { BaseUrl } from '../http/base-url.js';
import { PredictionStore } from '../predictions/prediction-store.js';
import { FileStore } from './file-store.js';

const MAX_BYTES = 32 * 1024 * 1024;
const FETCH_WITHIN_MS = 20_000;

/** Gets the bytes behind an image input: a data: URI, a file of this server, or any http(s) address. */
@Injectable()
export class InputImages {
  constructor(
    private readonly files: FileStore,
    private readonly store: PredictionStore,
    private readonly baseUrl: BaseUrl,
  ) {}

  /** Throws an Error that says what is wrong with the address. */
  async read(address: string, signal: AbortSignal): Promise<Uint8Array> {
    if (address.startsWith('data:')) return decodeDataUri(address);
    if (!/^https?:\/\//.test(address)) throw new Error('image must be an http(s) URL or a data: URI');
    return (await this.#readOwn(address)) ?? (await download(address, signal));
  }

  /** What this server gave out itself is read from its folder: the addresses of files need a token. */
  async #readOwn(address: string): Promise<Uint8Array | undefined> {
    const [, kind, id, name] =
      /^\/(v1\/files|outputs)\/([\w-]+)(?:\/([\w.-]+))?$/.exec(this.baseUrl.ownPath(address) ?? '') ?? [];
    if (!kind || !id) return undefined;
    if (kind === 'outputs') return readFile(join(this.store.outputFolder(id), name ?? ''));
    const bytes = await this.files.read(id);
    if (!bytes) throw new Error('the uploaded file does not exist any more');
    return bytes;
  }
}

function decodeDataUri(uri: string): Uint8Array {
  const comma = uri.indexOf(',');
  if (comma < 0) throw new Error('malformed data: URI');
  const body = uri.slice(comma + 1);
  return uri.slice(0, comma).endsWith(';base64')
    ? Buffer.from(body, 'base64')
    : Buffer.from(decodeURIComponent(body));
}

async function download(address: string, signal: AbortSignal): Promise<Uint8Array> {
  const answer = await fetch(address, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_WITHIN_MS)]),
  });
  if (!answer.ok) throw new Error(`image could not be fetched: status ${answer.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('image is larger than 32 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
