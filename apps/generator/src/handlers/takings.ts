import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import type { GenerationFact } from '@zoetrope/contracts/facts/generation';
import { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { foldAsset } from '@zoetrope/domain/asset';
import type { Decision } from '@zoetrope/domain/decision';
import type { Taking } from '@zoetrope/domain/generation-decisions';
import { readPresent } from '@zoetrope/eventlog/asset-facts';
import type { Cause, EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Generations } from '../generations.js';

/** Which ask an outcome of quota is about. */
export interface AskPlace {
  readonly assetId: string;
  readonly generation: number;
  readonly requestSeq: number;
}

/** Asks as they stand when quota's outcome arrives. */
@Injectable()
export class Takings {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly generations: Generations,
  ) {}

  /** Undefined when the ask is gone: its asset was deleted and purged. */
  async load({ assetId, generation: number, requestSeq }: AskPlace): Promise<Taking | undefined> {
    // The version an append expects is read before everything that the decision is made of.
    const generation = await this.generations.load(assetId, number, requestSeq);
    const [asked, present] = await Promise.all([
      this.log.get('ASSETS', requestSeq),
      readPresent(this.log, assetId),
    ]);
    const asset = foldAsset(await this.since(requestSeq, assetId, present.facts));
    const isAsk = asked && (AssetPrepared.is(asked) || AssetRegenerateRequested.is(asked));
    return isAsk ? { asset, generation, ask: asked.data, requestSeq } : undefined;
  }

  /** An ask older than what is queued: what was asked since then decides how it ends. */
  private async since(
    requestSeq: number,
    assetId: string,
    present: readonly Recorded[],
  ): Promise<readonly Recorded[]> {
    const [, earliest] = present;
    if (!earliest || earliest.meta.seq <= requestSeq) return present;
    const asked = await this.log.readCurrent(assetSubject(assetId, 'request'), { from: requestSeq });
    const bySeq = new Map([...asked, ...present].map((fact) => [fact.meta.seq, fact]));
    return [...bySeq.values()].sort((a, b) => a.meta.seq - b.meta.seq);
  }

  /**
   * Decides until the decision stands in the log. `before` runs ahead of each append, for the alarms that must be
   * set first. Returns the fact it recorded, if there was anything to record.
   */
  async decide(
    place: AskPlace,
    cause: Cause,
    decide: (taking: Taking) => Decision<GenerationFact> | Promise<Decision<GenerationFact>>,
    before: (fact: GenerationFact, taking: Taking) => Promise<void> = async () => {},
  ): Promise<GenerationFact | undefined> {
    for (;;) {
      const taking = await this.load(place);
      const decision = taking && (await decide(taking));
      const [fact] = decision?.kind === 'record' ? decision.facts : [];
      if (!taking || !fact) return undefined;
      await before(fact, taking);
      const options = { expect: taking.generation.seq, cause };
      const outcome = await this.log.append(assetSubject(place.assetId, 'generation'), fact, options);
      if (outcome.kind === 'appended') return fact;
    }
  }
}

export const causeOf = ({ meta }: Recorded): Cause => ({
  id: meta.id,
  requestId: meta.requestId,
  traceparent: meta.traceparent,
});
