import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

export interface InvalidField {
  type: string;
  field: string;
  description: string;
}

/** An error in Replicate's form: `{title, detail, status}`, and `invalid_fields` with a 422. */
export class ReplicateError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly invalidFields?: InvalidField[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }

  get body() {
    const { title, detail, status, invalidFields } = this;
    return { title, detail, status, ...(invalidFields && { invalid_fields: invalidFields }) };
  }
}

export const notFound = (what: string) =>
  new ReplicateError(404, 'Not Found', `The requested ${what} could not be found.`);

export const invalidInput = (fields: InvalidField[]) =>
  new ReplicateError(
    422,
    'Input validation failed',
    fields.map(({ field, description }) => `- ${field}: ${description}\n`).join(''),
    fields,
  );

/** An answer that a test asked for. `retry_after` in seconds. */
export const injected = ({ status, retry_after }: { status: number; retry_after?: number | undefined }) =>
  new ReplicateError(
    status,
    titleOf(status),
    'injected fault',
    undefined,
    retry_after === undefined ? {} : { 'retry-after': String(retry_after) },
  );

const titleOf = (status: number) => STATUS_CODES[status] ?? 'Error';

interface FastifyLike {
  statusCode: number;
  message: string;
}

const isClientError = (error: unknown): error is FastifyLike => {
  const status = (error as Partial<FastifyLike> | undefined)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500;
};

/** Gives every failure Replicate's form; what is not meant for callers goes to the log only. */
@Catch()
export class ReplicateErrorFilter implements ExceptionFilter {
  readonly #log = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const { status, body, headers } = this.#asReplicate(error);
    void host.switchToHttp().getResponse<FastifyReply>().status(status).headers(headers).send(body);
  }

  #asReplicate(error: unknown): ReplicateError {
    if (error instanceof ReplicateError) return error;
    if (error instanceof HttpException) {
      return new ReplicateError(error.getStatus(), titleOf(error.getStatus()), error.message);
    }
    if (isClientError(error))
      return new ReplicateError(error.statusCode, titleOf(error.statusCode), error.message);
    this.#log.error(error);
    return new ReplicateError(
      500,
      'Internal server error',
      'Something went wrong; the log of this server says what.',
    );
  }
}
