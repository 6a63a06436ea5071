import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { FileStore } from '../files/file-store.js';
import { PredictionStore } from '../predictions/prediction-store.js';

const MINUTE = 60_000;

/** Deletes inputs and outputs an hour after the end, as Replicate does, so that callers copy in time. */
@Injectable()
export class Retention implements OnModuleDestroy {
  readonly #log = new Logger('retention');
  readonly #keptMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly store: PredictionStore,
    private readonly files: FileStore,
  ) {
    this.#keptMs = config.RETENTION_SECONDS * 1000;
  }

  begin(): void {
    const sweep = () => {
      this.#sweep()
        .catch((error: unknown) => this.#log.error(error, 'old data could not be deleted'))
        .finally(() => {
          if (this.#timer) this.#timer = setTimeout(sweep, Math.min(MINUTE, this.#keptMs / 2));
        });
    };
    this.#timer = setTimeout(sweep, 0);
  }

  onModuleDestroy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #sweep(): Promise<void> {
    const before = Date.now() - this.#keptMs;
    for (const prediction of this.store.all()) {
      const old = prediction.completedAt && Date.parse(prediction.completedAt) < before;
      if (old && prediction.input) await this.store.remove(prediction);
    }
    await this.files.sweep();
  }
}
