import { Inject, Injectable } from '@nestjs/common';
import type { Brand } from '@zoetrope/contracts/brand';
import { VisionCompleted } from '@zoetrope/contracts/facts/generation';
import { BrandChanged } from '@zoetrope/contracts/facts/tenant';
import { projectSubject } from '@zoetrope/contracts/subjects';
import type { Generation } from '@zoetrope/domain/generation';
import { VISION_TIMEOUT_MS } from '@zoetrope/domain/generation-steps';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { measureImage } from '@zoetrope/media/image';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { MakeFact } from '../generations.js';
import { OBJECTS, readObject } from '../objects.js';
import { motionPrompt } from './motion-prompt.js';
import { asStageError, StageError } from './stage-error.js';

/** Turns image and brand into a motion prompt, with the local provider: it measures and needs no network. */
@Injectable()
export class VisionStage {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** An asked prompt is taken over as it is. */
  override(prompt: string, attempt: number): MakeFact {
    return (base) => VisionCompleted({ ...base, attempt, prompt, provider: 'override', latencyMs: 0 });
  }

  /** @throws StageError vision_timeout after 30 s, vision_blocked for an image that cannot be measured */
  async run(state: Generation, attempt: number): Promise<MakeFact> {
    const from = this.clock.now();
    const prompt = await withinTime(this.promptFor(state));
    const latencyMs = Math.max(0, this.clock.now() - from);
    return (base) => VisionCompleted({ ...base, attempt, prompt, provider: 'local', latencyMs });
  }

  private async promptFor({ queued, source }: Generation): Promise<string> {
    if (!queued || !source) throw new Error('vision needs a source');
    const [bytes, brand] = await Promise.all([
      readObject(this.objects, source.key),
      this.brandOf(queued.projectId),
    ]);
    const measures = await measureImage(bytes).catch((error: unknown) => {
      throw asStageError(error, 'vision_blocked', false);
    });
    return motionPrompt({ measures, motion: queued.resolved.motion, brand });
  }

  private async brandOf(projectId: string): Promise<Brand | undefined> {
    const facts = await this.log.readCurrent(projectSubject(projectId));
    return facts.filter((fact) => BrandChanged.is(fact)).at(-1)?.data.brand;
  }
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new StageError('vision_timeout', 'no prompt within 30 s', true));
  const timer = setTimeout(late, VISION_TIMEOUT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
