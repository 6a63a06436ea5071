import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { RegenerateAnswer, RegenerateBody } from '@zoetrope/contracts/api/assets';
import type { RegenerateAsked } from '@zoetrope/contracts/parameters';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { JsonBody } from '../http/json-body.js';
import { TakesKey } from '../idempotency/key.guard.js';
import { Keyed } from '../idempotency/keyed.js';
import type { Command } from '../idempotency/outcome.js';
import { Documented } from '../openapi/documented.js';
import { RateBucket } from '../rate-limit/rate-limit.guard.js';
import { AskGeneration } from './ask-generation.js';
import { type Ends, OwnAsset } from './own-asset.js';
import { outcomeOf } from './refusals.js';

/** Order of errors (PRODUCT 3.2): 401 and rate limit in the guards, body in the pipe, then 404, key, quota. */
@Controller('api/assets')
export class RegenerateController {
  constructor(
    private readonly assets: OwnAsset,
    private readonly asking: AskGeneration,
    private readonly keyed: Keyed,
  ) {}

  @Post(':id/regenerate')
  @HttpCode(200)
  @TakesKey()
  @RateBucket('regenerate')
  @Documented({
    summary: 'Make the video again, in place; omitted fields keep their current values',
    body: RegenerateBody,
    answer: { status: 200, schema: RegenerateAnswer },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'not_found',
      'idempotency_in_progress',
      'body_too_large',
      'unsupported_media_type',
      'idempotency_mismatch',
      'quota_exceeded',
      'overage_disabled',
    ],
    idempotent: true,
  })
  async regenerate(
    @Param('id') id: string,
    @JsonBody(RegenerateBody) body: RegenerateAsked,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const ends = await this.assets.ends(id, caller.userId);
    const call = { request, reply, caller, bucket: 'regenerate' as const, body, after: ends.version };
    return this.keyed.run(call, this.command(ends, body));
  }

  private command(known: Ends, body: RegenerateAsked): Command {
    const { assetId } = known.origin;
    return async (commandId, after) => {
      const ask = { assetId, asked: body, commandId, requestedBy: 'api' as const, after, known };
      const asked = await this.asking.regenerate(ask);
      const outcome = outcomeOf(asked, () => ({
        asset_id: assetId,
        status: 'pending',
        generation: asked.generation,
        request_id: asked.requestId,
      }));
      return outcome.kind === 'answer' ? { ...outcome, derived: true, repeated: asked.before } : outcome;
    };
  }
}
