import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  MANY_AT_ONCE,
  type ManyFilter,
  type RegenerateManyBody,
  type RegenerateManyDone,
} from '@zoetrope/contracts/api/regenerate-many';
import { API_ERRORS } from '@zoetrope/contracts/errors';
import { type AssetId, CommandId } from '@zoetrope/contracts/ids';
import type { RegenerateAsked } from '@zoetrope/contracts/parameters';
import type { Project } from '@zoetrope/domain/project';
import { ApiError } from '../http/api-error.js';
import type { Command, Outcome } from '../idempotency/outcome.js';
import { type Asked, AskGeneration } from '../regenerate/ask-generation.js';
import { denialError } from '../regenerate/refusals.js';
import { type Chosen, ChosenAssets, type Page } from './chosen-assets.js';

/** How many assets are asked for at once: enough that the waits overlap, and no more than one caller should take. */
const AT_ONCE = 10;

/** What one call is to do. */
export interface AskMany {
  readonly project: Project;
  readonly filter: ManyFilter;
  readonly asked: RegenerateAsked;
  readonly page: Page;
}

type Single =
  | { readonly kind: 'asked'; readonly assetId: AssetId; readonly asked: Asked }
  | { readonly kind: 'gone'; readonly assetId: AssetId };

/** The parts of a body, by who needs them. */
export function partsOf({
  filter = {},
  dry_run,
  cursor,
  limit = MANY_AT_ONCE,
  ...asked
}: RegenerateManyBody) {
  return { filter, dryRun: dry_run === true, cursor, limit, asked };
}

/**
 * The id under which a call asks one asset: the same in every run of the call, and another one for each asset.
 */
const commandOf = (call: CommandId, assetId: AssetId): CommandId =>
  CommandId.parse(`cmd_${createHash('sha256').update(`${call} ${assetId}`).digest('hex').slice(0, 32)}`);

/** Asks for one more generation of many assets, each as its own regenerate would. */
@Injectable()
export class RegenerateMany {
  constructor(
    private readonly chosen: ChosenAssets,
    private readonly asking: AskGeneration,
  ) {}

  /**
   * The assets are chosen once for the call's key. A run that dies leaves some of them asked; the next one finds those
   * by their command ids and goes on with the rest.
   */
  command({ project, filter, asked, page }: AskMany): Command {
    return async (call, after, once) => {
      const chosen = await once(() => this.chosen.page(project.id, filter, page));
      const singles: Single[] = [];
      for (let at = 0; at < chosen.ids.length && !isDenied(singles); at += AT_ONCE) {
        const some = chosen.ids.slice(at, at + AT_ONCE);
        singles.push(...(await Promise.all(some.map((assetId) => this.single(assetId, asked, call, after)))));
        if (singles.some((single) => single.kind === 'asked' && !single.asked.decision))
          return { kind: 'undecided' };
      }
      return outcomeOf(singles, chosen, filter);
    };
  }

  private async single(
    assetId: AssetId,
    asked: RegenerateAsked,
    call: CommandId,
    after: number,
  ): Promise<Single> {
    const commandId = commandOf(call, assetId);
    try {
      const done = await this.asking.regenerate({ assetId, asked, commandId, requestedBy: 'api', after });
      return { kind: 'asked', assetId, asked: done };
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return { kind: 'gone', assetId };
      throw error;
    }
  }
}

const denial = (single: Single | undefined) =>
  single?.kind === 'asked' && single.asked.decision?.outcome === 'denied' ? single.asked.decision : undefined;

const isDenied = (singles: readonly Single[]): boolean =>
  singles.some((single) => denial(single) !== undefined);

/**
 * The month is used up for all once it is for one: the rest is refused with the same words and without being asked, so
 * that a call over a thousand assets does not leave a thousand refused generations.
 */
function outcomeOf(singles: readonly Single[], chosen: Chosen, filter: ManyFilter): Outcome {
  const last = singles.map(denial).findLast((each) => each !== undefined);
  const error = last && denialError(last);
  const accepted = singles.flatMap(acceptedOf);
  if (error && accepted.length === 0) return { kind: 'refused', error, before: singles.some(wasBefore) };
  const body: RegenerateManyDone = {
    accepted,
    refused: [
      ...singles.flatMap(refusedOf),
      ...(error ? chosen.ids.slice(singles.length).map((id) => refusal(id, error)) : []),
      ...(filter.ids ?? []).filter((id) => !chosen.ids.includes(id)).map((id) => refusal(id, missing)),
    ],
    next_cursor: chosen.next === null ? null : String(chosen.next),
  };
  return { kind: 'answer', status: 200, body };
}

const missing = new ApiError('not_found');
const refusal = (id: string, { code }: ApiError) => ({ asset_id: id, error: API_ERRORS[code].message, code });

const wasBefore = (single: Single): boolean => single.kind === 'asked' && single.asked.before;

function acceptedOf(single: Single): RegenerateManyDone['accepted'] {
  if (single.kind === 'gone' || denial(single)) return [];
  const { generation, requestId } = single.asked;
  return [{ asset_id: single.assetId, generation, request_id: requestId }];
}

function refusedOf(single: Single): RegenerateManyDone['refused'] {
  const denied = denial(single);
  if (denied) return [refusal(single.assetId, denialError(denied))];
  return single.kind === 'gone' ? [refusal(single.assetId, missing)] : [];
}
