import { setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Dispatcher, request as httpRequest } from 'undici';
import type { GatewayConfig } from '../config.js';
import { ClientStream, retryLine } from './client-stream.js';
import { NotifierCopies } from './notifier-copies.js';

/** A notifier that holds a lease answers at once; one that does not is left for another, ms. */
const HEADERS_MS = 5_000;
/** Three pings: a notifier silent for so long is gone, whatever its connection says, ms. */
const SILENCE_MS = 45_000;

/** How long a client is held while no notifier answers, and how often one is looked for meanwhile, ms. */
const HOLD_MS = 5_000;
const LOOK_MS = 250;

type Find = () => Promise<Dispatcher.ResponseData | undefined>;

/** Hands a client the events of a notifier, as they come. */
@Injectable()
export class SseRelay implements BeforeApplicationShutdown {
  private readonly logger = new Logger(SseRelay.name);
  private readonly open = new Map<AbortController, Promise<void>>();

  constructor(
    private readonly copies: NotifierCopies,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** Clients that are relayed to now. */
  get openCount(): number {
    return this.open.size;
  }

  /** Before the server closes: it would wait for the clients, and then cut them without a word. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const over of this.open.keys()) over.abort();
    await Promise.allSettled(this.open.values());
  }

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
    const over = new AbortController();
    const leave = () => over.abort();
    request.raw.socket.once('close', leave);
    const find = () => this.find(target, view, lastEventIdOf(request), over.signal);
    const running = this.run(find, request, reply, over.signal);
    this.open.set(over, running);
    try {
      await running;
    } finally {
      request.raw.socket.off('close', leave);
      this.open.delete(over);
      over.abort();
    }
  }

  private async run(find: Find, request: FastifyRequest, reply: FastifyReply, signal: AbortSignal) {
    let client: ClientStream | undefined;
    try {
      const upstream = await find();
      client = begin(reply);
      await (upstream ? client.pass(upstream.body, signal) : this.hold(find, client, signal));
    } catch (error) {
      if (!signal.aborted && !client) throw error;
      if (!signal.aborted) this.logger.warn(`an event stream ends: ${wordsOf(error)}`);
    }
    if (request.raw.socket.destroyed) return;
    // There is none yet where this process was told to stop before a notifier was found.
    await (client ?? begin(reply)).end();
  }

  private async hold(find: Find, client: ClientStream, signal: AbortSignal): Promise<void> {
    client.write(`${retryLine()}: waiting for the event service\n\n`);
    const end = performance.now() + HOLD_MS;
    while (performance.now() < end) {
      await delay(LOOK_MS, undefined, { signal });
      const upstream = await find();
      if (upstream) return client.pass(upstream.body, signal);
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
      for (const url of await this.copies.inAnyOrder()) {
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
}

function begin(reply: FastifyReply): ClientStream {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would else collect events until its buffer is full.
    'x-accel-buffering': 'no',
  });
  reply.raw.flushHeaders();
  return new ClientStream(reply.raw);
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
