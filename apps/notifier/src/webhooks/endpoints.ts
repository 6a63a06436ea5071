import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import {
  ProjectCreated,
  ProjectDeleted,
  ProxyConfigChanged,
  ProxyKeyRotated,
  SigningSecretRotated,
  WebhooksConfigured,
} from '@zoetrope/contracts/facts/tenant';
import { projectSubject } from '@zoetrope/contracts/subjects';
import { DEFAULT_WEBHOOK_EVENTS, type WebhookEventType } from '@zoetrope/contracts/webhook-events';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

/** Where a project's webhooks go, as its facts have it. */
export interface Endpoint {
  readonly url: string | null;
  readonly events: readonly WebhookEventType[];
  readonly enabled: boolean;
  readonly proxyKey: string | undefined;
  /** Whether proxy URLs are signed, and with what. */
  readonly signingEnabled: boolean;
  readonly signingSecretId: string | undefined;
}

const NO_ENDPOINT: Endpoint = {
  url: null,
  events: DEFAULT_WEBHOOK_EVENTS,
  enabled: false,
  proxyKey: undefined,
  signingEnabled: false,
  signingSecretId: undefined,
};
const MAX_REMEMBERED = 10_000;

interface Remembered {
  readonly seq: number;
  readonly endpoint: Endpoint;
}

/** Endpoints by project, always as current as the log's leader; only what is new is read. */
@Injectable()
export class Endpoints {
  readonly #remembered = new Map<string, Remembered>();

  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /** @throws LogUnavailable */
  async of(projectId: string): Promise<Endpoint> {
    const known = this.#remembered.get(projectId) ?? { seq: 0, endpoint: NO_ENDPOINT };
    const news = await this.log.readCurrent(projectSubject(projectId), { from: known.seq + 1 });
    const endpoint = news.reduce(evolve, known.endpoint);
    this.#remembered.delete(projectId); // Written last again: the map forgets who was not asked for longest.
    this.#remembered.set(projectId, { seq: news.at(-1)?.meta.seq ?? known.seq, endpoint });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED && oldest) this.#remembered.delete(oldest);
    return endpoint;
  }
}

function evolve(endpoint: Endpoint, fact: Recorded): Endpoint {
  if (ProjectCreated.is(fact) || ProxyKeyRotated.is(fact))
    return { ...endpoint, proxyKey: fact.data.proxyKey };
  if (SigningSecretRotated.is(fact)) return { ...endpoint, signingSecretId: fact.data.signingSecretId };
  if (ProxyConfigChanged.is(fact)) {
    const { signingEnabled, signingSecretId } = fact.data;
    return {
      ...endpoint,
      signingEnabled: signingEnabled ?? endpoint.signingEnabled,
      signingSecretId: signingSecretId ?? endpoint.signingSecretId,
    };
  }
  if (WebhooksConfigured.is(fact)) {
    const { url, events, enabled } = fact.data;
    return { ...endpoint, url, events, enabled };
  }
  return ProjectDeleted.is(fact) ? NO_ENDPOINT : endpoint;
}
