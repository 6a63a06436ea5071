import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { PrepareAnswer, PrepareBody } from '@zoetrope/contracts/api/assets';
import type { PrepareAsked } from '@zoetrope/contracts/parameters';
import type { Project } from '@zoetrope/domain/project';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import type { GatewayConfig } from '../config.js';
import { Directory } from '../directory/directory.js';
import { JsonBody } from '../http/json-body.js';
import { TakesKey } from '../idempotency/key.guard.js';
import { Keyed } from '../idempotency/keyed.js';
import type { Command } from '../idempotency/outcome.js';
import { Documented } from '../openapi/documented.js';
import { sourceAsAsked } from '../proxy-url/source.js';
import { RateBucket } from '../rate-limit/rate-limit.guard.js';
import { etaSeconds } from '../regenerate/eta.js';
import { outcomeOf } from '../regenerate/refusals.js';
import { Embeds, type EmbedUrls } from '../signing/embed-urls.js';
import { PrepareAsset, type Prepared } from './prepare-asset.js';
import { checkSourceUrl } from './source-url.js';

@Controller('api/v1')
export class PrepareController {
  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly directory: Directory,
    private readonly assets: PrepareAsset,
    private readonly keyed: Keyed,
    private readonly embeds: Embeds,
  ) {}

  @Post('prepare')
  @HttpCode(200)
  @TakesKey()
  @RateBucket('prepare')
  @Documented({
    summary: 'Create or get the asset of a source and parameters; the first call starts its generation',
    body: PrepareBody,
    answer: { status: 200, schema: PrepareAnswer },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'not_found',
      'idempotency_in_progress',
      'asset_deleted',
      'body_too_large',
      'unsupported_media_type',
      'idempotency_mismatch',
      'quota_exceeded',
      'overage_disabled',
    ],
    idempotent: true,
  })
  async prepare(
    @JsonBody(PrepareBody) body: PrepareBody,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { project_id, src: given, ...asked } = body;
    checkSourceUrl(given);
    // As the proxy URL reads it, so that both ways of asking name one asset.
    const src = sourceAsAsked(given, this.config.PUBLIC_URL) ?? given;
    const project = this.directory.ownProject(project_id, caller.userId);
    const after = await this.assets.lastRequest(project, src, asked);
    const call = { request, reply, caller, bucket: 'prepare' as const, body, after };
    return this.keyed.run(call, this.command(project, src, asked));
  }

  private command(project: Project, src: string, asked: PrepareAsked): Command {
    return async (commandId, after) => {
      const ask = { project, src, asked, commandId, requestedBy: 'api' as const, after };
      const prepared = await this.assets.prepare(ask);
      const urls = (await this.embeds.of(project))(src, asked);
      const body = () => describe(prepared, project, asked, urls);
      if (prepared.kind === 'started') return outcomeOf(prepared.asked, body);
      return { kind: 'answer', status: 200, body: body() };
    };
  }
}

function describe(prepared: Prepared, project: Project, asked: PrepareAsked, urls: EmbedUrls) {
  const status = prepared.kind === 'started' ? 'pending' : prepared.status;
  const { mode = project.defaults.mode, dur_seconds = project.defaults.dur_seconds } = asked;
  return {
    asset_id: prepared.assetId,
    status,
    eta_seconds: status === 'pending' ? etaSeconds(mode, dur_seconds) : 0,
    ...urls,
    generation: prepared.kind === 'started' ? prepared.asked.generation : prepared.generation,
  };
}
