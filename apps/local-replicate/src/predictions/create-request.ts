import { createHash } from 'node:crypto';
import { invalidInput, notFound, ReplicateError } from '../http/replicate-error.js';
import { MODELS } from './models.js';
import type { WebhookEvent } from './prediction.js';
import { checker } from './schemas/check.js';

/** Members of a create call; unlike a model's inputs, names that are not here are refused. */
const body = {
  type: 'object',
  required: ['input'],
  additionalProperties: false,
  properties: {
    input: { type: 'object' },
    version: { type: 'string' },
    webhook: { type: 'string', format: 'uri' },
    webhook_events_filter: {
      type: 'array',
      items: { type: 'string', enum: ['start', 'output', 'logs', 'completed'] },
    },
    stream: { type: 'boolean' },
  },
};

export interface CreateBody {
  input: Record<string, unknown>;
  version?: string;
  webhook?: string;
  webhook_events_filter?: WebhookEvent[];
  stream?: boolean;
}

/** What Replicate tells when nothing is asked. */
const DEFAULT_EVENTS: WebhookEvent[] = ['output', 'completed'];

const checkBody = checker<CreateBody>(body);

/** Checks the body of a create call. Throws Replicate's 422. */
export const parseCreateBody = (given: unknown): CreateBody =>
  checkBody(typeof given === 'object' && given !== null ? given : {});

export const webhookEventsOf = (body: CreateBody): WebhookEvent[] =>
  body.webhook_events_filter ?? DEFAULT_EVENTS;

/** Id of the only version of each model here. */
export const versionOf = (model: string): string => createHash('sha256').update(model).digest('hex');

/** Model of a version: its id, `owner/name`, or `owner/name:id`. Throws a 422 like Replicate. */
export function modelOfVersion(version: string | undefined): string {
  const found = [...MODELS.keys()].find(
    (model) => version === model || version === versionOf(model) || version?.startsWith(`${model}:`),
  );
  if (found) return found;
  const detail = 'The specified version does not exist (or perhaps you do not have permission to use it?)';
  throw new ReplicateError(422, 'Invalid version or not permitted', detail);
}

export function knownModel(owner: string, name: string) {
  const model = MODELS.get(`${owner}/${name}`);
  if (!model) throw notFound('model');
  return model;
}

const MAX_WAIT_S = 60;

/** Seconds to hold the answer: `Prefer: wait` is 60, `Prefer: wait=n` is n from 1 to 60, else 0. */
export function waitSeconds(prefer: string | undefined): number {
  const found = /(?:^|[,;\s])wait(?:=(\d+))?(?=$|[,;\s])/.exec(prefer ?? '');
  if (!found) return 0;
  const asked = found[1] === undefined ? MAX_WAIT_S : Number(found[1]);
  return Math.min(MAX_WAIT_S, Math.max(1, asked));
}

const MIN_CANCEL_AFTER_S = 5;

/** Seconds in a `Cancel-After` header: `90`, `30s`, `5m`, `1h30m45s`, at least 5 s. Throws a 422. */
export function cancelAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [match, hours = 0, minutes = 0, seconds = 0] =
    /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(header.trim()) ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (match && total >= MIN_CANCEL_AFTER_S && total <= 7 * 24 * 3600) return total;
  const description = 'must be a duration of 5 seconds or more, such as 30s, 5m or 1h30m';
  throw invalidInput([{ type: 'invalid', field: 'Cancel-After', description }]);
}
