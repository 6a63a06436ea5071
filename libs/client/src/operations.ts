import type { paths } from './openapi.js';

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Every `METHOD /path` of the OpenAPI document. */
export type Operation = {
  [P in keyof paths & string]: {
    [V in Verb]: paths[P][V] extends { responses: unknown } ? `${Uppercase<V>} ${P}` : never;
  }[Verb];
}[keyof paths & string];

type Of<O extends Operation> = O extends `${infer V} ${infer P}`
  ? P extends keyof paths
    ? Lowercase<V> extends keyof paths[P]
      ? paths[P][Lowercase<V>]
      : never
    : never
  : never;

type Json<T> = T extends { content: { 'application/json': infer J } } ? J : undefined;
type Succeeded = 200 | 201 | 202 | 204;

/** What an operation answers with a 2xx. */
export type AnswerOf<O extends Operation> =
  Of<O> extends { responses: infer R }
    ? { [S in keyof R]: S extends Succeeded ? Json<R[S]> : never }[keyof R]
    : never;

/** The JSON that an operation takes. */
export type BodyOf<O extends Operation> =
  Of<O> extends { requestBody?: infer B } ? Json<NonNullable<B>> : undefined;

type Part<O extends Operation, K extends 'path' | 'query'> =
  Of<O> extends { parameters: infer P } ? (K extends keyof P ? NonNullable<P[K]> : never) : never;
type Given<K extends string, T> = [T] extends [never]
  ? { readonly [_ in K]?: undefined }
  : Record<string, never> extends T
    ? { readonly [_ in K]?: T }
    : { readonly [_ in K]: T };

/** What a call of an operation needs beside its name. */
export type CallOptions<O extends Operation> = Given<'path', Part<O, 'path'>> &
  Given<'query', Part<O, 'query'>> & {
    readonly body?: BodyOf<O> | FormData;
    /** Makes a repeat safe; only where the operation takes one. */
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };
