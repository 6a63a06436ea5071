import {
  Controller,
  Get,
  Headers,
  Inject,
  Logger,
  NotFoundException,
  Param,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { AssetId, ProjectId } from '@zoetrope/contracts/ids';
import type { View } from '@zoetrope/domain/event-data';
import type { FastifyReply } from 'fastify';
import { TIMINGS, type Timings } from '../config.js';
import { SseClient } from './client.js';
import { RESET_FRAME } from './frames.js';
import { History } from './history.js';
import { SseHub, type Topic } from './hub.js';
import { InternalToken } from './internal-token.guard.js';
import { SseSession } from './session.js';

interface Source {
  readonly topic: Topic;
  readonly view: View;
  /** Sends what a new client gets. */
  readonly begin: (session: SseSession, epoch: string) => Promise<void>;
}

/** SSE for the gateways, which have judged who asks (PRODUCT 6.1). */
@Controller('internal/sse')
@UseGuards(InternalToken)
export class SseController {
  readonly #logger = new Logger(SseController.name);

  constructor(
    private readonly hub: SseHub,
    private readonly history: History,
    @Inject(TIMINGS) private readonly timings: Timings,
  ) {}

  /** One asset: the newest accepted request so far, then live; or everything since `Last-Event-ID`. */
  @Get('asset/:assetId')
  async asset(
    @Param('assetId') assetId: string,
    @Query('view') view: string | undefined,
    @Query('last_event_id') asked: string | undefined,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!AssetId.safeParse(assetId).success) throw new NotFoundException('not found');
    await this.#serve(reply, lastEventId ?? asked, {
      topic: assetId,
      // Anything but an explicit `owner` shows less.
      view: view === 'owner' ? 'owner' : 'public',
      begin: (session, epoch) => this.history.currentGeneration(session, assetId, epoch),
    });
  }

  /** Every asset of a project, for its owner: live, or everything since `Last-Event-ID`. */
  @Get('project/:projectId')
  async project(
    @Param('projectId') projectId: string,
    @Query('last_event_id') asked: string | undefined,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!ProjectId.safeParse(projectId).success) throw new NotFoundException('not found');
    await this.#serve(reply, lastEventId ?? asked, {
      topic: projectId,
      view: 'owner',
      begin: async () => {},
    });
  }

  async #serve(reply: FastifyReply, lastEventId: string | undefined, source: Source): Promise<void> {
    const cursor = lastEventId ? await this.history.known(lastEventId, this.hub.heard) : undefined;
    // As it is now: from here to the end of `listen` nothing may be waited for, or a fact could pass in between.
    const { heard } = this.hub;
    reply.hijack();
    const client = new SseClient(reply.raw, reply.getHeaders() as Record<string, string>, this.timings);
    const session = new SseSession(client, source.view, cursor?.seq);
    // Listening before reading: what is appended in between comes twice and is sent once.
    const leave = this.hub.listen(source.topic, session);
    client.closed.addEventListener('abort', leave, { once: true });
    try {
      if (lastEventId && !cursor) client.write(RESET_FRAME);
      await (cursor
        ? this.history.resume(session, source.topic, cursor.seq, heard)
        : source.begin(session, heard.epoch));
      session.goLive();
    } catch (error) {
      // The headers are out, so ending is the only answer left; the client comes back with its last id.
      if (!client.closed.aborted) this.#logger.warn(`history of ${source.topic}: ${String(error)}`);
      session.end();
    }
  }
}
