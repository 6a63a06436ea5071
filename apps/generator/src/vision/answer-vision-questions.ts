import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type VisionAnswer, VisionQuestion } from '@zoetrope/contracts/messages';
import { VISION_QUESTION } from '@zoetrope/contracts/subjects';
import type { EventLog, Subscription } from '@zoetrope/eventlog/event-log';
import { frameOf } from '@zoetrope/media/image';
import type { ObjectStore } from '@zoetrope/objects/store';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { OBJECTS, readObject } from '../objects.js';
import { StageError } from '../stages/stage-error.js';
import { MAX_VISION_SIDE, VISION, type VisionProvider } from './vision-provider.js';

/** Somebody waits in front of a form: less than the 30 s of a generation's attempt. */
const PATIENCE_MS = 20_000;

/** Which prompt a brand leads to, for the owner to see before it is saved. */
@Injectable()
export class AnswerVisionQuestions implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AnswerVisionQuestions.name);
  private readonly over = new AbortController();
  private subscription?: Subscription;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(VISION) private readonly provider: VisionProvider,
  ) {}

  onApplicationBootstrap(): void {
    const answer = (question: unknown) => this.answer(question);
    this.subscription = this.log.core.respond(VISION_QUESTION, answer, { queue: 'generator' });
  }

  onApplicationShutdown(): void {
    this.subscription?.stop();
    this.over.abort();
  }

  private async answer(question: unknown): Promise<VisionAnswer | undefined> {
    const asked = VisionQuestion.safeParse(question);
    if (!asked.success) return undefined;
    try {
      const prompt = await this.write(asked.data);
      return { outcome: 'prompt', prompt, provider: this.provider.name };
    } catch (error) {
      const isBlocked = error instanceof StageError && error.code === 'vision_blocked';
      this.logger.warn(`a preview was not answered: ${isBlocked ? 'blocked' : 'no prompt'}`);
      return { outcome: isBlocked ? 'blocked' : 'unanswered' };
    }
  }

  private async write({ key, brand, motion, mode, seconds }: VisionQuestion): Promise<string> {
    const bytes = await readObject(this.objects, key);
    const image = await frameOf(bytes, { aspect: 'preserve', maxSide: MAX_VISION_SIDE, quality: 85 });
    const signal = AbortSignal.any([this.over.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const about = { motion, mode, seconds, aspect: 'preserve' as const };
    return this.provider.write({ image, ...about, ...(brand && { brand }) }, signal);
  }
}
