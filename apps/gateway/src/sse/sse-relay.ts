import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { NotifierLease } from '@zoetrope/contracts/messages';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Dispatcher, request as httpRequest } from 'undici';
import type { GatewayConfig } from '../config.js';

/** A notifier that holds a lease answers at once; one that does not is left for another, ms. */
const HEADERS_MS = 5_000;
/** Three pings: a notifier silent for so long is gone, whatever its connection says, ms. */
const SILENCE_MS = 45_000;

/** How long a client is held while no notifier answers, and how often one is looked for meanwhile, ms. */
const HOLD_MS = 5_000;
const LOOK_MS = 250;
/** When a client comes back, ms. */
const RETRY_MS = 1_000;

/** Hands a client the events of a notifier, as they come. */
@Injectable()
export class SseRelay {
  private readonly logger = new Logger(SseRelay.name);

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /**
   * Relays what `target` names until either side ends. A browser gives up for ever on any answer but 200, so while no
   * notifier answers the client is held, and then ended cleanly like one whose notifier has died: it comes back with
   * its last id and goes on at another copy.
   *
   * @param target gives the path at the notifier's internal port, without a query
   * @throws ApiError of `target`
   */
  async relay(
    target: () => Promise<string>,
    view: 'public' | 'owner',
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    const leave = () => gone.abort();
    request.raw.socket.once('close', leave);
    const find = () => this.find(target, view, lastEventIdOf(request), gone.signal);
    try {
      const upstream = await find();
      begin(reply);
      if (upstream) await this.pass(upstream, reply.raw, gone.signal);
      else await this.hold(find, reply.raw, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted && !reply.sent) throw error;
    } finally {
      if (reply.raw.headersSent) reply.raw.end();
      request.raw.socket.off('close', leave);
      gone.abort();
    }
  }

  private async hold(
    find: () => Promise<Dispatcher.ResponseData | undefined>,
    client: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    client.write(`retry: ${RETRY_MS}\n: waiting for the event service\n\n`);
    const end = performance.now() + HOLD_MS;
    while (performance.now() < end) {
      await delay(LOOK_MS, undefined, { signal });
      const upstream = await find();
      if (upstream) return this.pass(upstream, client, signal);
    }
  }

  private async pass({ body }: Dispatcher.ResponseData, client: ServerResponse, signal: AbortSignal) {
    try {
      for await (const chunk of body) if (!client.write(chunk)) await once(client, 'drain', { signal });
    } catch (error) {
      if (!signal.aborted) this.logger.warn(`a notifier has gone: ${wordsOf(error)}`);
    }
  }

  /** Undefined: nobody answers, or the log cannot say who would. */
  private async find(
    target: () => Promise<string>,
    view: 'public' | 'owner',
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData | undefined> {
    try {
      const path = `${await target()}?view=${view}`;
      for (const url of await this.notifiers()) {
        const answer = await this.ask(new URL(path, url), lastEventId, signal);
        if (answer?.statusCode === 200) return answer;
        if (answer === undefined) continue;
        this.logger.warn(`${url} answered ${answer.statusCode}`);
        await answer.body.dump().catch(() => undefined);
      }
      return undefined;
    } catch (error) {
      if (error instanceof LogUnavailable) return undefined;
      throw error;
    }
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
      this.logger.warn(`${url.origin} does not answer: ${wordsOf(error)}`);
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

function begin(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would else collect events until its buffer is full.
    'x-accel-buffering': 'no',
  });
  reply.raw.flushHeaders();
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Browsers send the header when they reconnect by themselves; a page that comes back can only use the query. */
function lastEventIdOf({ headers, query }: FastifyRequest): string | undefined {
  const header = headers['last-event-id'];
  const given = header ?? (query as Record<string, unknown>).last_event_id;
  // Anything else is a cursor the log does not know, which the notifier answers with `reset`.
  return typeof given === 'string' && given !== ''
    ? given.replace(/[^\x21-\x7e]/g, '?').slice(0, 200)
    : undefined;
}
