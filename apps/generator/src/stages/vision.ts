import { Inject, Injectable } from '@nestjs/common';
import type { Brand } from '@zoetrope/contracts/brand';
import { VisionCompleted } from '@zoetrope/contracts/facts/generation';
import { BrandChanged } from '@zoetrope/contracts/facts/tenant';
import { projectSubject } from '@zoetrope/contracts/subjects';
import type { Generation } from '@zoetrope/domain/generation';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { frameOf } from '@zoetrope/media/image';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { MakeFact } from '../generations.js';
import { OBJECTS, readObject } from '../objects.js';
import {
  blocked,
  MAX_VISION_SIDE,
  VISION,
  type VisionAsk,
  type VisionProvider,
} from '../vision/vision-provider.js';

/** Turns image and brand into a motion prompt, with the provider that the configuration names. */
@Injectable()
export class VisionStage {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(VISION) private readonly provider: VisionProvider,
  ) {}

  /** An asked prompt is taken over as it is. */
  override(prompt: string, attempt: number): MakeFact {
    return (base) => VisionCompleted({ ...base, attempt, prompt, provider: 'override', latencyMs: 0 });
  }

  /**
   * @param signal ends an attempt that takes too long, and the process
   * @throws StageError vision_blocked for a picture that is refused or cannot be read, vision_timeout without a prompt
   */
  async run(state: Generation, attempt: number, signal: AbortSignal): Promise<MakeFact> {
    const from = this.clock.now();
    const ask = await this.askOf(state);
    const prompt = await this.provider.write(ask, signal);
    const latencyMs = Math.max(0, this.clock.now() - from);
    const { name: provider, model } = this.provider;
    return (base) => VisionCompleted({ ...base, attempt, prompt, provider, model, latencyMs });
  }

  private async askOf({ queued, source }: Generation): Promise<VisionAsk> {
    if (!queued || !source) throw new Error('vision needs a source');
    const { motion, mode, aspect, dur_seconds: seconds } = queued.resolved;
    const [bytes, brand] = await Promise.all([
      readObject(this.objects, source.key),
      this.brandOf(queued.projectId),
    ]);
    const image = await frameOf(bytes, { aspect, maxSide: MAX_VISION_SIDE, quality: 85 }).catch((error) => {
      throw blocked('the picture cannot be decoded', error);
    });
    return { image, brand, motion, mode, aspect, seconds };
  }

  private async brandOf(projectId: string): Promise<Brand | undefined> {
    const facts = await this.log.readCurrent(projectSubject(projectId));
    return facts.filter((fact) => BrandChanged.is(fact)).at(-1)?.data.brand;
  }
}
