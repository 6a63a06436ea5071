import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import type { AssetId, CommandId } from '@zoetrope/contracts/ids';
import { periodOf } from '@zoetrope/contracts/ids';
import type { RegenerateAsked } from '@zoetrope/contracts/parameters';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { type Ask, type AssetState, foldAsset, regenerate } from '@zoetrope/domain/asset';
import { type Decided as AppendOutcome, decideAndAppend } from '@zoetrope/eventlog/append-loop';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { currentContext } from '@zoetrope/platform/context';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { ApiError } from '../http/api-error.js';
import { type Decided, Decisions, type Listening } from './decisions.js';
import type { Ends } from './own-asset.js';

export interface AskRegenerate {
  readonly assetId: AssetId;
  readonly asked: RegenerateAsked;
  readonly commandId: CommandId;
  readonly requestedBy: 'api' | 'proxy' | 'operator';
  /** Whatever a run of the command has appended, this one or another, stands after this sequence. */
  readonly after: number;
  /** The ends of `.request` as the caller has just read them; the append judges whether they are still right. */
  readonly known?: Pick<Ends, 'facts' | 'version'>;
}

/** A generation was asked for. */
export interface Asked {
  readonly generation: number;
  /** Undefined: not decided in time. */
  readonly decision?: Decided;
  /** The request's X-Request-Id, that of the call which appended it. */
  readonly requestId: string;
  /** An earlier run had appended it already. */
  readonly before: boolean;
}

/** Asks for generations and waits for quota's word: the one way in, for REST and for the proxy URL. */
@Injectable()
export class AskGeneration {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly decisions: Decisions,
  ) {}

  /**
   * Asks for one more generation of an asset that exists.
   * @throws ApiError 404 when it does not, or was deleted
   */
  async regenerate(ask: AskRegenerate): Promise<Asked> {
    const listening = this.decisions.listen(ask.commandId);
    try {
      return await this.decided(await this.append(ask), listening, ask.commandId);
    } finally {
      listening.stop();
    }
  }

  /** Waits for the decision on a request in the log; asks at once when it is an old one. */
  async decided(request: AppendedRequest, listening: Listening, commandId: CommandId): Promise<Asked> {
    const { ask, requestId, before, seq } = request;
    const question = { ownerId: ask.ownerId, period: ask.period, commandId, requestSeq: seq };
    const known = before ? await this.decisions.ask(question) : undefined;
    const decision = known ?? (await listening.decided(question));
    return { generation: ask.number, decision, requestId, before };
  }

  private async append(ask: AskRegenerate): Promise<AppendedRequest> {
    const subject = assetSubject(ask.assetId, 'request');
    let state: AssetState | undefined;
    let { known } = ask;
    const load = async () => {
      const facts = await this.since(subject, ask.after, known);
      known = undefined;
      state = foldAsset(facts);
      return { state, version: facts.at(-1)?.meta.seq ?? 0 };
    };
    const { asked, commandId, requestedBy } = ask;
    const outcome = await decideAndAppend({
      log: this.log,
      subject,
      load,
      cause: { id: commandId },
      decide: (asset) => {
        const { projectId, ownerId } = asset.origin ?? notFound();
        const period = periodOf(this.clock.now());
        const command = { assetId: ask.assetId, projectId, ownerId, commandId, period, asked, requestedBy };
        const decision = regenerate(command)(asset);
        if (decision.kind === 'refuse') return notFound();
        return decision.kind === 'record' ? decision.facts[0] : undefined;
      },
    });
    if (outcome.kind === 'nothing') return foundIn(state, commandId);
    return appended(outcome);
  }

  /**
   * First and last fact, all that the next number needs, and everything after `after`, where the command may be found.
   * The cost grows with what came since the command's id was drawn, not with the asset's age.
   */
  private async since(
    subject: string,
    after: number,
    known: AskRegenerate['known'],
  ): Promise<readonly Recorded[]> {
    const { facts, version } = known ?? (await this.ends(subject));
    if (version <= after) return facts;
    const later = await this.log.readCurrent(subject, { from: after + 1 });
    return [...facts.slice(0, 1).filter(({ meta }) => meta.seq <= after), ...later];
  }

  private async ends(subject: string): Promise<Pick<Ends, 'facts' | 'version'>> {
    const [first, last] = await Promise.all([this.log.first(subject), this.log.last(subject)]);
    const facts = [first, last].filter((fact) => fact !== undefined);
    return { facts, version: last?.meta.seq ?? 0 };
  }
}

export interface AppendedRequest {
  readonly ask: Ask;
  readonly requestId: string;
  readonly before: boolean;
  /** Its sequence on ASSETS. */
  readonly seq: number;
}

const notFound = (): never => {
  throw new ApiError('not_found');
};

/** What stands in the log for a request just appended. */
export function appended({
  fact,
  seq,
  already,
}: Extract<AppendOutcome, { kind: 'appended' }>): AppendedRequest {
  if (!AssetPrepared.is(fact) && !AssetRegenerateRequested.is(fact))
    throw new Error(`${fact.type} is no request`);
  const requestId = (fact as Partial<Recorded>).meta?.requestId ?? currentContext().requestId ?? '';
  return { ask: fact.data, requestId, before: already === true, seq };
}

/** The request of a command that the asset has seen. */
export function foundIn(state: AssetState | undefined, commandId: string): AppendedRequest {
  const request = state?.requests.get(state.commands.get(commandId) ?? 0);
  if (!request) throw new Error(`${commandId} was seen, but its request was not`);
  return { ask: request.ask, requestId: request.requestId ?? '', before: true, seq: request.seq };
}
