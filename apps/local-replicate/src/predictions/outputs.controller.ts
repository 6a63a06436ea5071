import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { notFound } from '../http/replicate-error.js';
import { faultOf, type WrongOutput } from './faults.js';
import { PredictionStore } from './prediction-store.js';

/** Serves videos to anyone who knows the address, as Replicate's delivery host does. */
@Controller('outputs')
export class OutputsController {
  constructor(private readonly store: PredictionStore) {}

  @Get(':id/:name')
  @Header('Cache-Control', 'private, max-age=3600, immutable')
  async get(@Param('id') id: string, @Param('name') name: string): Promise<StreamableFile> {
    const prediction = this.store.get(id);
    if (prediction?.output !== name || !prediction.input) throw notFound('output');
    const path = join(this.store.outputFolder(id), name);
    const facts = await stat(path).catch(() => undefined);
    const how = faultOf(prediction.faults, 'wrong-output')?.how;
    if (!facts || how === 'expired') throw notFound('output');
    return (
      spoiled(how, path, facts.size) ??
      new StreamableFile(createReadStream(path), { type: 'video/mp4', length: facts.size })
    );
  }
}

const PAGE = '<!doctype html><title>Sign in</title><p>Please sign in to download this file.</p>';
/** More than anybody should take for a short clip, and nothing announces how much it is. */
const BIG_BYTES = 4 * 1024 ** 3;
const CHUNK = Buffer.alloc(1024 * 1024);

/** What is answered in place of the file; undefined: the file itself. */
function spoiled(how: WrongOutput | undefined, path: string, size: number): StreamableFile | undefined {
  switch (how) {
    case 'html':
      return new StreamableFile(Buffer.from(PAGE), { type: 'text/html' });
    case 'big':
      return new StreamableFile(Readable.from(zeros()), { type: 'video/mp4' });
    case 'length':
      return new StreamableFile(Readable.from(cutOff(path)), { type: 'video/mp4', length: size + 1_000 });
    default:
      return undefined;
  }
}

function* zeros(): Generator<Buffer> {
  for (let sent = 0; sent < BIG_BYTES; sent += CHUNK.length) yield CHUNK;
}

/** The error ends the connection before all that was promised is sent. */
async function* cutOff(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path);
  throw new Error('injected fault');
}
