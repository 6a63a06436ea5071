import { measureImage } from '@zoetrope/media/image';
import { motionPrompt } from './local-prompt.js';
import { blocked, type VisionAsk, type VisionProvider } from './vision-provider.js';

/** Needs no network: it measures the picture and says in plain English what could move. */
export class LocalVision implements VisionProvider {
  readonly name = 'local';

  async write({ image, motion, brand }: VisionAsk): Promise<string> {
    const measures = await measureImage(image).catch((error: unknown) => {
      throw blocked('the picture cannot be measured', error);
    });
    return motionPrompt({ measures, motion, brand });
  }
}
