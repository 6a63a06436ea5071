import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { AssetDetail, AssetDetailQuery, AssetList, AssetListQuery } from '@zoetrope/contracts/api/assets';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Directory } from '../directory/directory.js';
import { ApiError } from '../http/api-error.js';
import { numericCursor } from '../http/cursor.js';
import { ValidQuery } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { OwnAsset } from '../regenerate/own-asset.js';
import { ObjectBytes } from '../serving/object-bytes.js';
import { sendBytes } from '../serving/send-bytes.js';
import { AssetViews } from './asset-views.js';

/** A generation's bytes never change, and are for their owner alone. */
const IMMUTABLE = { 'cache-control': 'private, max-age=31536000, immutable' };

/** What owners read of their assets (PRODUCT 3.3). */
@Controller('api')
export class AssetViewController {
  constructor(
    private readonly assets: OwnAsset,
    private readonly directory: Directory,
    private readonly views: AssetViews,
    private readonly bytes: ObjectBytes,
  ) {}

  @Get('assets/:id')
  @Documented({
    summary: 'An asset with its newest generations; shows its own caller’s regenerate at once',
    query: AssetDetailQuery,
    answer: { status: 200, schema: AssetDetail },
    errors: ['validation_failed', 'not_found'],
  })
  async detail(
    @Param('id') id: string,
    @ValidQuery(AssetDetailQuery) query: z.infer<typeof AssetDetailQuery>,
    @CurrentCaller() caller: Caller,
  ) {
    const before = numericCursor('generations_cursor', query.generations_cursor);
    const { assetId } = await this.assets.find(id, caller.userId);
    return this.views.detail(assetId, before);
  }

  @Get('projects/:id/assets')
  @Documented({
    summary: 'A project’s assets, newest first',
    query: AssetListQuery,
    answer: { status: 200, schema: AssetList },
    errors: ['validation_failed', 'not_found'],
  })
  async list(
    @Param('id') id: string,
    @ValidQuery(AssetListQuery) query: z.infer<typeof AssetListQuery>,
    @CurrentCaller() caller: Caller,
  ) {
    const before = numericCursor('cursor', query.cursor);
    const project = this.directory.ownProject(id, caller.userId);
    return this.views.list(project.id, { status: query.status, before, limit: query.limit });
  }

  @Get('assets/:id/generations/:n/video')
  @Documented({
    summary: 'The video of one generation, for its owner',
    answer: { status: 200, media: 'video/mp4' },
    also: { 206: 'A byte range', 304: 'The caller has it already' },
    errors: ['not_found', 'generation_collected', 'range_not_satisfiable'],
  })
  async video(
    @Param('id') id: string,
    @Param('n') n: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { key, sha256, bytes } = await this.stored(id, n, caller);
    const size = bytes ?? 0;
    const validators = { etag: `"${sha256}"` };
    const open = async (span?: { start: number; end: number }) =>
      (await this.bytes.open(key, size, span)) ?? collected();
    await sendBytes(request, reply, { contentType: 'video/mp4', size, validators, open }, () => IMMUTABLE);
  }

  @Get('assets/:id/generations/:n/poster')
  @Documented({
    summary: 'The poster of one generation, for its owner',
    answer: { status: 200, media: 'image/jpeg' },
    also: { 206: 'A byte range', 304: 'The caller has it already' },
    errors: ['not_found', 'generation_collected', 'range_not_satisfiable'],
  })
  async poster(
    @Param('id') id: string,
    @Param('n') n: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { poster_key } = await this.stored(id, n, caller);
    const bytes = (await this.bytes.whole(poster_key)) ?? collected();
    const validators = { etag: `"${poster_key.split('/').at(-1)?.replace(/\..*$/, '')}"` };
    const open = async (span?: { start: number; end: number }) =>
      span ? bytes.subarray(span.start, span.end + 1) : bytes;
    const what = { contentType: 'image/jpeg', size: bytes.byteLength, validators, open };
    await sendBytes(request, reply, what, () => IMMUTABLE);
  }

  /** @throws ApiError 404 for a generation without a video, 410 for one that is not kept any more */
  private async stored(id: string, n: string, caller: Caller) {
    const { assetId } = await this.assets.find(id, caller.userId);
    const number = /^[1-9]\d{0,8}$/.test(n) ? Number(n) : undefined;
    const row = number === undefined ? undefined : await this.views.generation(assetId, number);
    if (!row?.key || !row.poster_key) throw new ApiError('not_found');
    if (row.collected) return collected();
    return { ...row, key: row.key, poster_key: row.poster_key };
  }
}

const collected = (): never => {
  throw new ApiError('generation_collected');
};
