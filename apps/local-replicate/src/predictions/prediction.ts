import { randomBytes } from 'node:crypto';
import { type Fault, faultOf } from './faults.js';

export type Status = 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled';
export type WebhookEvent = 'start' | 'output' | 'logs' | 'completed';

export interface Prediction {
  id: string;
  /** `owner/name` */
  model: string;
  /** Undefined once Replicate would have removed it, an hour after the end. */
  input?: Record<string, unknown>;
  webhook?: string;
  webhookEvents: WebhookEvent[];
  faults: Fault[];
  status: Status;
  logs: string;
  /** File name inside the prediction's output folder. */
  output?: string;
  error?: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  startedAt?: string;
  completedAt?: string;
  deadline?: string;
  /** The last webhook was taken by its receiver, or given up. */
  notified: boolean;
}

export const isFinal = ({ status }: Pick<Prediction, 'status'>): boolean =>
  status !== 'starting' && status !== 'processing';

const ALPHABET = 'abcdefghjkmnpqrstvwxyz0123456789';

/** 26 characters, lower case, like Replicate's. */
export function newPredictionId(): string {
  return [...randomBytes(26)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

const since = (from: string | undefined, to: string | undefined) =>
  from && to ? (Date.parse(to) - Date.parse(from)) / 1000 : undefined;

/** Some models answer with a list, and one may answer with nothing at all. */
const asModelsGive = (url: string | null, faults: readonly Fault[]) => {
  const how = faultOf(faults, 'wrong-output')?.how;
  if (how === 'list' && url) return [url];
  return how === 'none' ? null : url;
};

/** The JSON of Replicate's HTTP API. `urlOf` makes absolute addresses of paths. */
export function presentPrediction(prediction: Prediction, urlOf: (path: string) => string) {
  const { id, model, status, startedAt, completedAt } = prediction;
  const removed = prediction.input === undefined;
  const kept = prediction.output && !removed ? urlOf(`/outputs/${id}/${prediction.output}`) : null;
  return {
    id,
    model,
    version: 'hidden',
    input: prediction.input ?? {},
    logs: removed ? '' : prediction.logs,
    output: asModelsGive(kept, prediction.faults),
    data_removed: removed,
    error: prediction.error ?? null,
    source: 'api',
    status,
    created_at: prediction.createdAt,
    started_at: startedAt ?? null,
    completed_at: completedAt ?? null,
    ...(prediction.deadline && { deadline: prediction.deadline }),
    ...(prediction.webhook && {
      webhook: prediction.webhook,
      webhook_events_filter: prediction.webhookEvents,
    }),
    metrics: isFinal(prediction)
      ? { predict_time: since(startedAt, completedAt), total_time: since(prediction.createdAt, completedAt) }
      : {},
    urls: {
      get: urlOf(`/v1/predictions/${id}`),
      cancel: urlOf(`/v1/predictions/${id}/cancel`),
      web: urlOf(`/v1/predictions/${id}`),
    },
  };
}
