import { Body, type PipeTransform, Query } from '@nestjs/common';
import type { z } from 'zod';
import { IncomingBody } from './incoming-body.js';
import { validate } from './validation.js';

class JsonBodyPipe<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(private readonly schema: S) {}

  transform(body: unknown): z.output<S> {
    return validate(this.schema, body instanceof IncomingBody ? body.json() : {});
  }
}

class QueryPipe<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(private readonly schema: S) {}

  transform(query: unknown): z.output<S> {
    return validate(this.schema, { ...(query as object) });
  }
}

/** The request's JSON body, judged by `schema`: `@JsonBody(CreateProjectBody) body: CreateProjectBody`. */
export const JsonBody = (schema: z.ZodType): ParameterDecorator => Body(new JsonBodyPipe(schema));

/** The query, judged by `schema`. */
export const ValidQuery = (schema: z.ZodType): ParameterDecorator => Query(new QueryPipe(schema));
