import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { invalidInput } from '../http/replicate-error.js';

const ms = z.number().int().min(0).max(3_600_000);
const status = z.number().int().min(400).max(599);
/** Seconds, sent as `Retry-After`. */
const retryAfter = z.number().int().min(0).max(3_600).optional();

/** How an output may be wrong. `list` and `big` are right in form: real models give lists, and some give a lot. */
export const WRONG_OUTPUTS = [
  'bytes',
  'truncated',
  'codec',
  'still',
  'long',
  'html',
  'big',
  'length',
  'expired',
  'none',
  'list',
] as const;
export type WrongOutput = (typeof WRONG_OUTPUTS)[number];

/** What can be made to go wrong with one prediction, for tests of those who call it. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** Its creation is answered with this status, and nothing is created. */
  z.strictObject({ kind: z.literal('refuse'), status, retry_after: retryAfter }),
  /** It is created and begins; the connection ends without an answer. */
  z.strictObject({ kind: z.literal('cut-reply') }),
  /** So many questions after it are answered with this status. */
  z.strictObject({
    kind: z.literal('refuse-get'),
    status,
    retry_after: retryAfter,
    times: z.number().int().min(1).default(1),
  }),
  /** Works, but `ms` later. */
  z.strictObject({ kind: z.literal('slow'), ms }),
  /** Is held back while its logs count to 100 percent, one step every `ms`. */
  z.strictObject({ kind: z.literal('progress'), ms, steps: z.number().int().min(1).max(1_000).default(4) }),
  /** Starts and never ends; only a cancel or its deadline ends it. */
  z.strictObject({ kind: z.literal('never-finish') }),
  /** Ends as `failed`, with these words. */
  z.strictObject({ kind: z.literal('fail'), error: z.string().min(1).max(1_000).optional() }),
  /** Ends as `succeeded`, with something that is not the asked video. */
  z.strictObject({ kind: z.literal('wrong-output'), how: z.enum(WRONG_OUTPUTS) }),
  /** Ends normally and tells nobody. */
  z.strictObject({ kind: z.literal('lost-webhook') }),
  /** Tells its end `ms` later. */
  z.strictObject({ kind: z.literal('late-webhook'), ms }),
  /** Tells its end so many times more, under the same `webhook-id`. */
  z.strictObject({ kind: z.literal('duplicate-webhook'), times: z.number().int().min(1).max(20).default(1) }),
  /** While it runs, somebody without the secret claims that it has succeeded. */
  z.strictObject({ kind: z.literal('forged-webhook') }),
]);
export type Fault = z.infer<typeof faultSchema>;
export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/** The fault of that kind, if it is one of these. */
export const faultOf = <Kind extends Fault['kind']>(
  faults: readonly Fault[],
  kind: Kind,
): FaultOf<Kind> | undefined => faults.find((fault): fault is FaultOf<Kind> => fault.kind === kind);

/**
 * Body of `POST /_local/faults`. Each item of `next` is for one prediction: a fault, several, or none (`[]`). `for`
 * picks predictions by a text in their webhook's address, so that tests beside each other do not mix.
 */
export const faultsBodySchema = z.strictObject({
  next: z
    .array(z.union([faultSchema, z.array(faultSchema)]))
    .min(1)
    .max(10_000),
  for: z.string().min(1).optional(),
});
export type FaultsBody = z.infer<typeof faultsBodySchema>;

const DIRECTIVE = /\[\[fault:([a-z-]+)(?:=([\w-]+))?\]\]/g;
/** The one parameter that a directive can give. */
const PARAMETER: Readonly<Record<string, string>> = {
  refuse: 'status',
  'refuse-get': 'status',
  slow: 'ms',
  progress: 'ms',
  'wrong-output': 'how',
  'late-webhook': 'ms',
  'duplicate-webhook': 'times',
};

/** Faults asked for inside a prompt: `[[fault:slow=5000]]`, `[[fault:fail]]`. Throws a 422 for one that is none. */
export function faultsInPrompt(prompt: string): Fault[] {
  return [...prompt.matchAll(DIRECTIVE)].map(([directive, kind = '', value]) => {
    const name = PARAMETER[kind];
    const given = value !== undefined && /^\d+$/.test(value) ? Number(value) : value;
    const parsed = faultSchema.safeParse({ kind, ...(name && given !== undefined ? { [name]: given } : {}) });
    if (parsed.success) return parsed.data;
    throw invalidInput([{ type: 'invalid', field: 'input.prompt', description: `no fault: ${directive}` }]);
  });
}

interface Waiting {
  readonly faults: readonly Fault[];
  readonly for?: string;
}

/** Faults waiting for the next predictions. Kept in memory: they are for a running test. */
@Injectable()
export class FaultQueue {
  readonly #next: Waiting[] = [];
  readonly #refusedGets = new Map<string, number>();

  /** @returns how many predictions are waited for */
  add(body: FaultsBody): number {
    return this.#next.push(...body.next.map((faults) => ({ faults: [faults].flat(), for: body.for })));
  }

  /** What goes wrong with a prediction that reports there. */
  take(webhook = ''): Fault[] {
    const index = this.#next.findIndex((each) => each.for === undefined || webhook.includes(each.for));
    const [taken] = index < 0 ? [] : this.#next.splice(index, 1);
    return [...(taken?.faults ?? [])];
  }

  /** The refusal of this question after a prediction, if it is to have one. */
  refusalOfGet(id: string, faults: readonly Fault[]): FaultOf<'refuse-get'> | undefined {
    const fault = faultOf(faults, 'refuse-get');
    const before = this.#refusedGets.get(id) ?? 0;
    if (!fault || before >= fault.times) return undefined;
    this.#refusedGets.set(id, before + 1);
    return fault;
  }
}
