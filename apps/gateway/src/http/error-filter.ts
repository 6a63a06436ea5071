import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
  Logger,
} from '@nestjs/common';
import type { ApiErrorCode } from '@zoetrope/contracts/errors';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { DashboardPage } from '../dashboard/dashboard-page.js';
import { ApiError } from './api-error.js';
import { errorAnswer } from './error-answer.js';
import { RouteTable } from './route-table.js';

/** What Nest and Fastify throw themselves, by status. Everything else of theirs is a bug of ours. */
const BY_STATUS: Readonly<Record<number, ApiErrorCode>> = {
  400: 'malformed',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  414: 'malformed',
  415: 'unsupported_media_type',
  503: 'unavailable',
};

/** Milliseconds after which a call that found no log or no database may be repeated. */
const OUTAGE_RETRY_MS = 1_000;

/** Node's and PostgreSQL's codes for "not there now": connection refused or lost, shutting down, too many clients. */
const OUTAGE_CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|57P0[1-3]|53300|08\w{3})$/;

/** What pg's client says without a code when its connection ends under a query, or cannot be had in time. */
const OUTAGE_WORDS =
  /^(Connection terminated|Client has encountered a connection error|timeout expired|timeout exceeded when trying to connect)/;

/** By its members, not its class: an error of Node's own modules may come from another realm. */
const isOutage = (thrown: unknown): boolean => {
  if (thrown instanceof LogUnavailable) return true;
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  return OUTAGE_CODES.test(String(code)) || OUTAGE_WORDS.test(String(message));
};

/** Every error leaves through here, so no stack, no foreign message and no other body ever does. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly routes: RouteTable,
    private readonly page: DashboardPage,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = this.translate(thrown, request);
    if (error.status === 500) this.logger.error(thrown instanceof Error ? thrown.stack : thrown);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy(); // half an answer is out: a broken connection is the only honest end
      return;
    }
    if (error.status === 404 && this.page.isWantedBy(request) && this.page.send(reply, 404)) return;
    const answer = errorAnswer(error, {
      accept: request.headers.accept,
      requestId: request.id,
      publicUrl: this.config.PUBLIC_URL,
    });
    void reply
      .code(answer.status)
      .headers(answer.headers)
      .send(Buffer.from(JSON.stringify(answer.body)));
  }

  private translate(thrown: unknown, request: FastifyRequest): ApiError {
    if (thrown instanceof ApiError) return thrown;
    if (isOutage(thrown)) return new ApiError('unavailable', { retryAfterMs: OUTAGE_RETRY_MS });
    const status = statusOf(thrown);
    const code = status === undefined ? undefined : BY_STATUS[status];
    if (!code) return new ApiError('internal');
    return code === 'not_found' ? this.missing(request) : new ApiError(code);
  }

  /** Nest says 404 for a known path under another method; RFC 9110 15.5.6 wants 405 and `Allow`. */
  private missing(request: FastifyRequest): ApiError {
    const allowed = this.routes.methodsOf(request.url);
    if (allowed.length === 0 || allowed.includes(request.method)) return new ApiError('not_found');
    return new ApiError('method_not_allowed', { headers: { allow: allowed.join(', ') } });
  }
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}
