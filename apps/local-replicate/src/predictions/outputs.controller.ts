import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { notFound } from '../http/replicate-error.js';
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
    if (!facts) throw notFound('output');
    return new StreamableFile(createReadStream(path), { type: 'video/mp4', length: facts.size });
  }
}
