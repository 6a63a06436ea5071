import { isUtf8 } from 'node:buffer';
import {
  Aspect,
  Idem,
  Mode,
  Motion,
  type PrepareAsked,
  PromptOverride,
} from '@zoetrope/contracts/parameters';
import { z } from 'zod';

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,11})$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** What the query may hold (PRODUCT 4), by its names there, each with what it takes in words. */
const PARAMETERS = {
  motion: [Motion, 'subtle, medium or kinetic'],
  mode: [Mode, 'loop, animate-in or animate-on-hover'],
  dur: [integer(2, 8), 'an integer from 2 to 8'],
  prompt: [PromptOverride, '1 to 500 characters, none of them NUL'],
  seed: [integer(0, 2 ** 32 - 1), 'an integer from 0 to 4294967295'],
  aspect: [Aspect, 'preserve, 1:1, 16:9 or 9:16'],
  idem: [Idem, '1 to 128 characters, none of them NUL'],
  wait_ms: [integer(0, 10_000), 'an integer from 0 to 10000'],
  // Whatever is no signature is a wrong one: 403, not 400.
  sig: [z.string(), 'a signature'],
  exp: [integer(0, 999_999_999_999), 'Unix seconds'],
} as const;
type Name = keyof typeof PARAMETERS;

export interface ProxyQuery {
  /** The content parameters, as prepare has them. */
  readonly asked: PrepareAsked;
  /** How long to hold the answer for a first video, ms. */
  readonly waitMs: number;
  readonly sig?: string;
  /** Unix seconds. */
  readonly exp?: number;
}

/** The query, or what is wrong with it in words for the caller. */
export type ParsedQuery = { ok: true; query: ProxyQuery } | { ok: false; message: string };

/**
 * Reads a proxy URL's query. Unknown parameters are ignored; a known one with a bad value, or given
 * twice (caches and we might pick different ones), is refused.
 *
 * @param search the query with or without its question mark, percent-encoded
 */
export function parseProxyQuery(search: string): ParsedQuery {
  const broken = notUtf8(search);
  if (broken !== undefined) return { ok: false, message: `${broken} is not UTF-8` };
  const given = new URLSearchParams(search);
  const values: Partial<Record<Name, string | number>> = {};
  for (const name of Object.keys(PARAMETERS) as Name[]) {
    const all = given.getAll(name);
    if (all.length === 0) continue;
    const [schema, words] = PARAMETERS[name];
    const parsed = schema.safeParse(all[0]);
    if (all.length > 1) return { ok: false, message: `${name} is given more than once` };
    if (!parsed.success) return { ok: false, message: `${name} must be ${words}` };
    values[name] = parsed.data;
  }
  return { ok: true, query: toQuery(values as Values) };
}

/** A parameter with other bytes than UTF-8 in it: URLSearchParams would put U+FFFD there, and somebody pays for that. */
function notUtf8(search: string): string | undefined {
  for (const pair of search.replace(/^\?/, '').split('&')) {
    // The ampersand keeps a question mark in a name from being taken for the query's own.
    const [name = ''] = new URLSearchParams(`&${pair}`).keys();
    const runs = pair.match(/(?:%[0-9a-f]{2})+/gi) ?? [];
    const fine = runs.every((run) => isUtf8(Buffer.from(run.replaceAll('%', ''), 'hex')));
    if (!fine && Object.hasOwn(PARAMETERS, name)) return name;
  }
  return undefined;
}

type Values = { [K in Name]?: z.output<(typeof PARAMETERS)[K][0]> };

const toQuery = ({ wait_ms, sig, exp, dur, prompt, ...rest }: Values): ProxyQuery => ({
  asked: {
    ...rest,
    ...(dur !== undefined && { dur_seconds: dur }),
    ...(prompt !== undefined && { prompt_override: prompt }),
  },
  waitMs: wait_ms ?? 0,
  sig,
  exp,
});
