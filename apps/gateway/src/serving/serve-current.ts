import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Current, CurrentVideos } from './current-videos.js';
import { type EdgeAnswer, EdgeHeaders } from './edge-headers.js';
import { breakOff, whenTaken } from './last-on-connection.js';
import type { Ticket } from './memory.js';
import { ObjectBytes } from './object-bytes.js';
import { type Representation, sendBytes } from './send-bytes.js';

/** Storable, but asked about again at each use: the same URL gets other bytes after a regenerate (PRODUCT 4). */
const STORABLE = 'public, max-age=0, must-revalidate';
/** For the asking browser alone: a shared cache that filled now could keep older bytes beyond the purge. */
const NOT_SHARED = 'private, max-age=0, must-revalidate';

/** RFC 9211, one member: where the answer came from. */
const CACHE_STATUS: Record<Current['origin'], string> = {
  memory: 'Zoetrope; hit',
  log: 'Zoetrope; fwd=miss; detail=log',
  database: 'Zoetrope; fwd=stale; detail=database',
  'last-known': 'Zoetrope; hit; ttl=-1; detail=last-known',
};

/** Sends the video or poster that an asset serves now, with the caching that its state allows. */
@Injectable()
export class ServeCurrent {
  constructor(
    private readonly videos: CurrentVideos,
    private readonly bytes: ObjectBytes,
    private readonly edge: EdgeHeaders,
  ) {}

  /** The served video; `current.present.video` must be set. */
  async video(
    request: FastifyRequest,
    reply: FastifyReply,
    ticket: Ticket,
    current: Current,
    edge: EdgeAnswer,
  ): Promise<void> {
    const { video } = current.present;
    if (video === undefined) throw new Error(`${ticket.assetId} serves no video`);
    void reply.headers({ 'x-zoetrope-loop': video.loopMode });
    const what: Representation = {
      contentType: 'video/mp4',
      size: video.bytes,
      validators: { etag: `"${video.sha256}"`, modifiedAt: video.switchedAt },
      open: (span) => this.bytes.open(video.key, video.bytes, span),
    };
    await this.send(request, reply, ticket, current, what, edge);
  }

  /** Any representation of the asset as it is now. */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    ticket: Ticket,
    current: Current,
    what: Representation,
    edge: EdgeAnswer,
  ): Promise<void> {
    const { present, origin } = current;
    void reply.headers({
      'x-zoetrope-asset-id': ticket.assetId,
      'x-zoetrope-generation': String(present.video?.generation ?? 0),
      // A poster may be asked for before anybody asked for the video.
      ...(present.exists && { 'x-zoetrope-stage': present.stage }),
      'cache-status': CACHE_STATUS[origin],
    });
    await sendBytes(request, reply, what, () => this.caching(reply, ticket, current, edge));
  }

  private caching(
    reply: FastifyReply,
    ticket: Ticket,
    current: Current,
    edge: EdgeAnswer,
  ): Record<string, string> {
    if (current.origin === 'last-known') return { 'cache-control': 'no-store' };
    const end = this.videos.beginStorable(ticket, current, () => breakOff(reply.raw));
    if (end === undefined) return { 'cache-control': NOT_SHARED };
    const fields = this.edge.of(edge);
    // Who keeps it all the same asks before each use: no fence has to wait for that.
    if (Object.keys(fields).length === 0) end();
    else whenTaken(reply.raw, end);
    return { 'cache-control': STORABLE, ...fields };
  }
}
