import { Inject, Injectable } from '@nestjs/common';
import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import {
  ProjectCreated,
  ProxyConfigChanged,
  ProxyKeyRotated,
  SigningSecretRotated,
} from '@zoetrope/contracts/facts/tenant';
import { endpointSubject, projectSubject } from '@zoetrope/contracts/subjects';
import { type EndpointState, evolve as evolveState, noEndpoint } from '@zoetrope/domain/endpoint';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

/** Where a project's webhooks go, and what their addresses are made with, as its facts have it. */
export interface Endpoint extends EndpointState {
  readonly proxyKey: string | undefined;
  /** Whether proxy URLs are signed, and with what. */
  readonly signingEnabled: boolean;
  readonly signingSecretId: string | undefined;
}

const NO_ENDPOINT: Endpoint = {
  ...noEndpoint,
  proxyKey: undefined,
  signingEnabled: false,
  signingSecretId: undefined,
};
const MAX_REMEMBERED = 10_000;

interface Remembered {
  /** Last sequences of `project.<id>` and `endpoint.<id>` in it. */
  readonly seqs: readonly [project: number, endpoint: number];
  readonly endpoint: Endpoint;
}

/** Endpoints by project, always as current as the log's leader; only what is new is read. */
@Injectable()
export class Endpoints {
  readonly #remembered = new Map<string, Remembered>();
  /** Looks under way, and looks that wait for their turn. */
  readonly #looking = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Promise<Remembered>>();

  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /** @throws LogUnavailable */
  async of(projectId: string): Promise<Endpoint> {
    return (await this.#look(projectId)).endpoint;
  }

  /**
   * Appends to `endpoint.<projectId>` what `decide` makes of the endpoint as it is, until there is nothing new.
   *
   * @param causeId what it follows from; the same cause makes the same facts once
   */
  async record(
    projectId: string,
    causeId: string,
    decide: (endpoint: Endpoint) => Fact | undefined,
  ): Promise<void> {
    for (;;) {
      const { endpoint, seqs } = await this.#look(projectId);
      const fact = decide(endpoint);
      if (!fact) return;
      const [, expect] = seqs;
      await this.log.append(endpointSubject(projectId), fact, { expect, cause: { id: causeId } });
    }
  }

  /**
   * One look at a time for each project; whoever asks before a look has begun shares it. What they could have seen by
   * then, it sees, and a burst of events of one project costs a few reads.
   */
  async #look(projectId: string): Promise<Remembered> {
    const shared = this.#waiting.get(projectId);
    if (shared) return shared;
    const before = this.#looking.get(projectId) ?? Promise.resolve();
    const look = before.then(() => {
      this.#waiting.delete(projectId);
      return this.#read(projectId);
    });
    const settled = look.then(
      () => {},
      () => {}, // whoever awaits the look hears of it
    );
    this.#waiting.set(projectId, look);
    this.#looking.set(projectId, settled);
    try {
      return await look;
    } finally {
      if (this.#looking.get(projectId) === settled) this.#looking.delete(projectId);
    }
  }

  async #read(projectId: string): Promise<Remembered> {
    const known = this.#remembered.get(projectId) ?? { seqs: [0, 0] as const, endpoint: NO_ENDPOINT };
    const subjects = [projectSubject(projectId), endpointSubject(projectId)];
    const [project = [], endpoint = []] = await Promise.all(
      subjects.map((subject, n) => this.log.readCurrent(subject, { from: (known.seqs[n] ?? 0) + 1 })),
    );
    const last = (facts: Recorded[], before: number) => facts.at(-1)?.meta.seq ?? before;
    const looked: Remembered = {
      seqs: [last(project, known.seqs[0]), last(endpoint, known.seqs[1])],
      endpoint: [...project, ...endpoint]
        .sort((a, b) => a.meta.seq - b.meta.seq)
        .reduce(evolve, known.endpoint),
    };
    this.#remember(projectId, looked);
    return looked;
  }

  #remember(projectId: string, looked: Remembered): void {
    this.#remembered.delete(projectId); // Written last again: the map forgets who was not asked for longest.
    this.#remembered.set(projectId, looked);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED && oldest) this.#remembered.delete(oldest);
  }
}

function evolve(before: Endpoint, fact: Recorded): Endpoint {
  const endpoint = { ...before, ...evolveState(before, fact) };
  if (ProjectCreated.is(fact) || ProxyKeyRotated.is(fact))
    return { ...endpoint, proxyKey: fact.data.proxyKey };
  if (SigningSecretRotated.is(fact)) return { ...endpoint, signingSecretId: fact.data.signingSecretId };
  if (!ProxyConfigChanged.is(fact)) return endpoint;
  const { signingEnabled, signingSecretId } = fact.data;
  return {
    ...endpoint,
    signingEnabled: signingEnabled ?? endpoint.signingEnabled,
    signingSecretId: signingSecretId ?? endpoint.signingSecretId,
  };
}
