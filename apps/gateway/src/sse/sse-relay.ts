import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { NotifierLease } from '@zoetrope/contracts/messages';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Dispatcher, request as httpRequest } from 'undici';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';

/** A notifier that holds a lease answers at once; one that does not is left for another, ms. */
const HEADERS_MS = 5_000;
/** Three pings: a notifier silent for so long is gone, whatever its connection says, ms. */
const SILENCE_MS = 45_000;

/** Hands a client the events of a notifier, as they come. */
@Injectable()
export class SseRelay {
  private readonly logger = new Logger(SseRelay.name);

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /**
   * Relays `path` of a live notifier until either side ends. When the notifier dies the client's connection ends
   * too: it comes back with its last id and goes on at another copy.
   *
   * @param path of the notifier's internal port, without a query
   * @throws ApiError 503 when no notifier answers
   */
  async relay(
    path: string,
    view: 'public' | 'owner',
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    const leave = () => gone.abort();
    request.raw.socket.once('close', leave);
    try {
      const upstream = await this.open(`${path}?view=${view}`, lastEventIdOf(request), gone.signal);
      reply.hijack();
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx would else collect events until its buffer is full.
        'x-accel-buffering': 'no',
      });
      reply.raw.flushHeaders();
      await pipeline(upstream.body, reply.raw).catch(() => reply.raw.destroy());
    } finally {
      request.raw.socket.off('close', leave);
      gone.abort();
    }
  }

  private async open(
    path: string,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    for (const url of await this.notifiers()) {
      const answer = await this.ask(new URL(path, url), lastEventId, signal);
      if (answer?.statusCode === 200) return answer;
      if (answer !== undefined) {
        this.logger.warn(`${url} answered ${answer.statusCode}`);
        await answer.body.dump().catch(() => undefined);
      }
    }
    throw new ApiError('unavailable', { retryAfterMs: 1_000 });
  }

  private async ask(
    url: URL,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData | undefined> {
    try {
      return await httpRequest(url, {
        headers: {
          authorization: `Bearer ${this.config.ZOETROPE_INTERNAL_TOKEN}`,
          accept: 'text/event-stream',
          ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
        },
        headersTimeout: HEADERS_MS,
        bodyTimeout: SILENCE_MS,
        signal,
      });
    } catch (error) {
      if (signal.aborted) throw error;
      this.logger.warn(
        `${url.origin} does not answer: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  }

  /** Addresses of the live copies, in random order so that clients spread. */
  private async notifiers(): Promise<string[]> {
    const leases = await this.log.leases.list('notifier.');
    const urls = leases.flatMap(({ value }) => NotifierLease.safeParse(value).data?.url ?? []);
    return urls
      .map((url) => ({ url, at: Math.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ url }) => url);
  }
}

/** Browsers send the header when they reconnect by themselves; a page that comes back can only use the query. */
function lastEventIdOf({ headers, query }: FastifyRequest): string | undefined {
  const header = headers['last-event-id'];
  const given = header ?? (query as Record<string, unknown>).last_event_id;
  // Anything else is a cursor the log does not know, which the notifier answers with `reset`.
  return typeof given === 'string' && given !== ''
    ? given.replace(/[^\x21-\x7e]/g, '?').slice(0, 200)
    : undefined;
}
