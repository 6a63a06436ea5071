import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AssetId, type CommandId, periodOf } from '@zoetrope/contracts/ids';
import { canonicalAsset, type PrepareAsked } from '@zoetrope/contracts/parameters';
import { PLANS } from '@zoetrope/contracts/plans';
import { assetSubject } from '@zoetrope/contracts/subjects';
import {
  type AssetState,
  foldAsset,
  generationInFlight,
  prepare,
  type Request,
  statusOf,
} from '@zoetrope/domain/asset';
import type { Project } from '@zoetrope/domain/project';
import { decideAndAppend } from '@zoetrope/eventlog/append-loop';
import { readPresent } from '@zoetrope/eventlog/asset-facts';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Directory } from '../directory/directory.js';
import { ApiError, fieldError } from '../http/api-error.js';
import { type Asked, AskGeneration, appended } from '../regenerate/ask-generation.js';
import { Decisions } from '../regenerate/decisions.js';

export interface AskPrepare {
  readonly project: Project;
  /** The whole source address, exactly as asked: the asset's id is made of it. */
  readonly src: string;
  readonly asked: PrepareAsked;
  readonly commandId: CommandId;
  readonly requestedBy: 'api' | 'proxy';
  /** Whatever a run of the command has appended stands after this sequence. Undefined: this is its only run. */
  readonly after?: number;
}

/** `started`: its generation was asked for now. `exists`: it was there, with a generation allowed or over. */
export type Prepared =
  | { readonly kind: 'started'; readonly assetId: AssetId; readonly asked: Asked }
  | {
      readonly kind: 'exists';
      readonly assetId: AssetId;
      readonly status: 'pending' | 'ready' | 'failed';
      /** In flight, else served, else the newest asked for. */
      readonly generation: number;
    };

/** `version`: sequence of the newest request. */
interface Present {
  readonly state: AssetState;
  readonly version: number;
}

/** The name of an asset: 32 hex characters of SHA-256 over what was asked (PRODUCT 3.1). */
export const assetIdOf = (projectId: string, src: string, asked: PrepareAsked): AssetId =>
  AssetId.parse(
    createHash('sha256')
      .update(canonicalAsset(projectId, src, asked))
      .digest('hex')
      .slice(0, 32),
  );

/** Create or get: the same ask names the same asset and starts one generation only. */
@Injectable()
export class PrepareAsset {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: Directory,
    private readonly asking: AskGeneration,
    private readonly decisions: Decisions,
  ) {}

  /** @throws ApiError 410 when the asset was deleted, 400 for an aspect that the plan does not have */
  async prepare(ask: AskPrepare): Promise<Prepared> {
    const assetId = assetIdOf(ask.project.id, ask.src, ask.asked);
    const present = await this.present(assetId);
    // Of a purged asset only the deletion is left.
    const isKnown = present.state.origin !== undefined || present.state.deleted;
    return isKnown ? this.existing(ask, assetId, present) : this.create(ask, assetId);
  }

  /** Sequence of the newest request of the asset that these words name; 0 when there is none. */
  async lastRequest(project: Project, src: string, asked: PrepareAsked): Promise<number> {
    return this.log.lastSeq(assetSubject(assetIdOf(project.id, src, asked), 'request'));
  }

  private async present(assetId: AssetId): Promise<Present> {
    const { facts, requestVersion } = await readPresent(this.log, assetId);
    return { state: foldAsset(facts), version: requestVersion };
  }

  private async create(ask: AskPrepare, assetId: AssetId): Promise<Prepared> {
    const { project, src, asked, commandId, requestedBy } = ask;
    this.checkAspect(project.ownerId, asked);
    const listening = this.decisions.listen(commandId);
    try {
      const subject = assetSubject(assetId, 'request');
      const outcome = await decideAndAppend({
        log: this.log,
        subject,
        load: async () => {
          const first = await this.log.first(subject);
          return { state: foldAsset(first ? [first] : []), version: 0 };
        },
        cause: { id: commandId },
        decide: (asset) => {
          const { id: projectId, ownerId, defaults } = project;
          const period = periodOf(this.clock.now());
          const ids = { assetId, projectId, ownerId, commandId, number: 1 as const, period };
          const decision = prepare({ ...ids, src, asked, defaults, requestedBy })(asset);
          return decision.kind === 'record' ? decision.facts[0] : undefined;
        },
      });
      if (outcome.kind === 'nothing') return this.existing(ask, assetId, await this.present(assetId));
      const request = appended(outcome);
      return { kind: 'started', assetId, asked: await this.asking.decided(request, listening, commandId) };
    } finally {
      listening.stop();
    }
  }

  private async existing(ask: AskPrepare, assetId: AssetId, { state, version }: Present): Promise<Prepared> {
    if (state.deleted) throw new ApiError('asset_deleted');
    const newest = state.requests.get(state.lastNumber);
    if (!state.latest && newest) {
      const first = await this.firstAsk(newest, state);
      // Refused: nothing of this asset was ever begun, so a prepare asks again; a repeat is told what it was told.
      if (first === 'refused') return this.askAgain({ ...ask, after: ask.after ?? version }, assetId);
      if (first !== 'allowed') return { kind: 'started', assetId, asked: first };
    }
    const inFlight = generationInFlight(state);
    const generation = inFlight ?? state.served?.generation ?? state.lastNumber;
    return { kind: 'exists', assetId, status: statusOf(state), generation };
  }

  /** What became of the newest ask of an asset that never had a generation; a fresh one may still be with quota. */
  private async firstAsk(newest: Request, state: AssetState): Promise<'refused' | 'allowed' | Asked> {
    const { ask, requestId = '', seq } = newest;
    const outcome = state.outcomes.get(ask.number);
    if (outcome) return outcome.kind === 'refused' ? 'refused' : 'allowed';
    const listening = this.decisions.listen(ask.commandId);
    try {
      const asked = await this.asking.decided(
        { ask, requestId, before: true, seq },
        listening,
        ask.commandId,
      );
      if (!asked.decision) return asked;
      return asked.decision.outcome === 'denied' ? 'refused' : 'allowed';
    } finally {
      listening.stop();
    }
  }

  private async askAgain(ask: AskPrepare & { after: number }, assetId: AssetId): Promise<Prepared> {
    const { commandId, requestedBy, after } = ask;
    const asked = await this.asking.regenerate({ assetId, asked: {}, commandId, requestedBy, after });
    return { kind: 'started', assetId, asked };
  }

  /** @throws ApiError 400 for an aspect that the owner's plan does not have */
  checkAspect(ownerId: string, { aspect }: PrepareAsked): void {
    const plan = PLANS[this.directory.planOf(ownerId) ?? 'free'];
    if (aspect === undefined || aspect === 'preserve' || plan.aspects === 'all') return;
    throw fieldError('aspect', `the ${plan.name} plan keeps the source's aspect: only "preserve" is allowed`);
  }
}
