import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { buildProxyUrl } from '@zoetrope/domain/proxy-url';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../accounts/caller.js';
import { ApiError } from '../http/api-error.js';
import { Documented } from '../openapi/documented.js';
import { assetIdOf } from '../prepare/prepare-asset.js';
import { etaSeconds } from '../regenerate/eta.js';
import { type Current, CurrentVideos } from '../serving/current-videos.js';
import type { EdgeAnswer } from '../serving/edge-headers.js';
import type { Ticket } from '../serving/memory.js';
import type { Representation } from '../serving/send-bytes.js';
import { ServeCurrent } from '../serving/serve-current.js';
import { untilSettled } from '../serving/until-settled.js';
import { Admission, type Admitted } from './admission.js';
import { FirstGeneration } from './first-generation.js';
import { Posters } from './posters.js';
import { endingError } from './proxy-errors.js';

/** Longest wait that a 202 suggests, s: most generations end before their estimate. */
const LONGEST_RETRY_S = 5;

/** The URL that never changes (PRODUCT 4). */
@Controller('v1')
export class ProxyController {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly admission: Admission,
    private readonly videos: CurrentVideos,
    private readonly serve: ServeCurrent,
    private readonly first: FirstGeneration,
    private readonly posters: Posters,
  ) {}

  @Get('*')
  @Public()
  @Documented({
    summary:
      'The proxy URL `/v1/{projectKey}/{src}.{format}`: the current video (mp4) or poster (jpg) of an asset',
    answer: { status: 200, media: 'video/mp4' },
    also: {
      202: 'The first video is being made',
      206: 'A byte range',
      304: 'The caller has the current bytes',
    },
    errors: [
      'malformed',
      'validation_failed',
      'unknown_project_key',
      'origin_not_in_allowlist',
      'invalid_signature',
      'signature_expired',
      'not_found',
      'asset_deleted',
      'file_too_large',
      'unsupported_file',
      'range_not_satisfiable',
      'quota_exceeded',
      'overage_disabled',
      'rate_limited',
      'last_generation_failed',
    ],
  })
  async answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const admitted = await this.admission.admit(request.raw.url ?? request.url);
    const { ask, project } = admitted;
    const assetId = assetIdOf(project.id, ask.source, ask.asked);
    const respond = (isFirst: boolean) =>
      this.videos.within(assetId, async (ticket) => {
        const current = await this.videos.current(ticket);
        const { present } = current;
        if (present.deleted) throw new ApiError('asset_deleted');
        if (ask.format === 'jpg') await this.poster(request, reply, ticket, current, admitted);
        else if (isFirst && this.isUnsettled(current, ask.waitMs, request)) return current;
        else await this.video(request, reply, ticket, current, admitted);
        return undefined;
      });
    const unsettled = await respond(true);
    if (unsettled === undefined) return;
    await this.settle(admitted, assetId, unsettled, request);
    await respond(false);
  }

  /** Whether something is to be started or waited for before the answer. */
  private isUnsettled(current: Current, waitMs: number, { method }: FastifyRequest): boolean {
    const { present } = current;
    if (present.video !== undefined) return false;
    return (method === 'GET' && this.first.isDue(current)) || (present.status === 'pending' && waitMs > 0);
  }

  private async settle(
    admitted: Admitted,
    assetId: string,
    current: Current,
    request: FastifyRequest,
  ): Promise<void> {
    const { waitMs } = admitted.ask;
    if (this.first.isDue(current)) {
      await this.first.ask(admitted, !current.present.exists);
      this.videos.happened(assetId);
    }
    if (waitMs > 0) await untilSettled(this.videos, assetId, waitMs, request.raw);
  }

  private async video(
    request: FastifyRequest,
    reply: FastifyReply,
    ticket: Ticket,
    current: Current,
    admitted: Admitted,
  ): Promise<void> {
    const { present } = current;
    if (present.video !== undefined)
      return this.serve.video(
        request,
        reply,
        ticket,
        current,
        this.edgeOf(request, ticket.assetId, admitted),
      );
    if (present.status === 'pending') return this.pending(reply, ticket.assetId, current, admitted);
    if (!present.exists) throw new ApiError('not_found');
    throw endingError(ticket.assetId, present.ending, this.clock.now());
  }

  private pending(
    reply: FastifyReply,
    assetId: string,
    { present }: Current,
    { ask, project }: Admitted,
  ): void {
    const { mode = project.defaults.mode, dur_seconds = project.defaults.dur_seconds } = ask.asked;
    const now = this.clock.now();
    const left = etaSeconds(mode, dur_seconds) * 1000 - (now - (present.pendingSince ?? now));
    // Overdue, it may still be ready any moment.
    const etaMs = Math.max(1_000, left);
    const eta_seconds = Math.ceil(etaMs / 1000);
    const body = { status: 'pending', asset_id: assetId, eta_seconds };
    void reply
      .code(202)
      .headers({
        'cache-control': 'no-store',
        'content-type': 'application/json; charset=utf-8',
        'retry-after': String(Math.min(eta_seconds, LONGEST_RETRY_S)),
        'x-zoetrope-eta-ms': String(etaMs),
        'x-zoetrope-asset-id': assetId,
        'x-zoetrope-generation': '0',
        'x-zoetrope-stage': 'pending',
      })
      .send(JSON.stringify(body));
  }

  private async poster(
    request: FastifyRequest,
    reply: FastifyReply,
    ticket: Ticket,
    current: Current,
    admitted: Admitted,
  ): Promise<void> {
    const { ask } = admitted;
    const { present } = current;
    if (!present.exists) this.first.checkNew(admitted);
    const { aspect = 'preserve' } = ask.asked;
    const poster = await this.posters.get({ assetId: ticket.assetId, source: ask.source, aspect, present });
    const what: Representation = {
      contentType: 'image/jpeg',
      size: poster.bytes.byteLength,
      validators: { etag: `"${poster.sha256}"` },
      open: async (span) => (span ? poster.bytes.subarray(span.start, span.end + 1) : poster.bytes),
    };
    const edge = this.edgeOf(request, ticket.assetId, admitted);
    await this.serve.send(request, reply, ticket, current, what, edge);
  }

  private edgeOf(
    { raw }: FastifyRequest,
    assetId: string,
    { ask, project, expiresAt }: Admitted,
  ): EdgeAnswer {
    const { proxyKey, source: src, asked, format } = ask;
    const isEmbedded = raw.url === buildProxyUrl({ publicUrl: '', proxyKey, src, asked, format });
    return { assetId, projectId: project.id, expiresAt, isEmbedded };
  }
}
