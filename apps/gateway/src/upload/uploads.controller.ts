import { createHash } from 'node:crypto';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { UploadAnswer } from '@zoetrope/contracts/api/assets';
import { uploadKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, Public } from '../accounts/caller.js';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { TakesKey } from '../idempotency/key.guard.js';
import { Keyed } from '../idempotency/keyed.js';
import { Documented } from '../openapi/documented.js';
import { OBJECTS } from '../resources/tokens.js';
import { judgeUpload, readUpload } from './read-upload.js';

const NAME = /^([0-9a-f]{64})\.(png|jpg|webp)$/;

/** Source images that users give us: judged by their bytes, named by their hash, readable by everybody for ever. */
@Controller()
export class UploadsController {
  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    private readonly keyed: Keyed,
  ) {}

  @Post('api/v1/upload')
  @TakesKey()
  @Documented({
    summary: 'Store a source image; its address is public and immutable',
    file: 'file',
    answer: { status: 201, schema: UploadAnswer },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'idempotency_in_progress',
      'file_too_large',
      'unsupported_file',
      'unsupported_media_type',
      'idempotency_mismatch',
    ],
    idempotent: true,
  })
  async upload(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const bytes = await readUpload(request);
    const { ext, contentType } = await judgeUpload(bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const call = { request, reply, caller, bucket: 'other' as const, body: { sha256 } };
    return this.keyed.run(call, async () => {
      const { key } = await this.objects.put(uploadKey(sha256, ext), bytes, { contentType, sha256 });
      return { kind: 'answer', status: 201, body: { url: `${this.config.PUBLIC_URL}/${key}`, key } };
    });
  }

  @Get('uploads/:name')
  @Public()
  @Documented({
    summary: 'An uploaded image',
    answer: { status: 200, media: 'image/*' },
    also: { 304: 'The caller has it already' },
    errors: ['not_found'],
  })
  async read(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [, sha256 = '', ext = ''] = NAME.exec(name) ?? [];
    if (!sha256) throw new ApiError('not_found');
    const key = uploadKey(sha256, ext);
    const etag = `"${sha256}"`;
    const headers = {
      etag,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      // A file can be a picture and a page at once; opened as a page it may do nothing.
      'content-security-policy': "default-src 'none'; sandbox",
    };
    if (request.headers['if-none-match'] === etag && (await this.objects.head(key))) {
      return void reply.code(304).headers(headers).send();
    }
    const found = await this.objects.get(key);
    if (!found) throw new ApiError('not_found');
    const type = { 'content-type': found.contentType, 'content-length': String(found.bytes) };
    void reply
      .code(200)
      .headers({ ...headers, ...type })
      .send(found.stream);
  }
}
