import { Readable } from 'node:stream';
import { Controller, Get, Inject, Module, StreamableFile } from '@nestjs/common';
import { AssetPrepared } from '@zoetrope/contracts/facts/request';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { CLOCK, type Clock, IDS, type Ids } from '../clock.js';
import { CONFIG, loadConfig, type ServiceConfig, serviceConfig } from '../config.js';
import { EVENT_LOG } from '../log-module.js';
import { LOGGER, type Logger } from '../logging.js';
import { Readiness } from '../readiness.js';
import { runService } from '../service.js';

async function* neverEnding() {
  yield 'first';
  await new Promise(() => undefined);
}

/** A whole service in one file, run as a process by service.int.spec.ts. */
@Controller()
class SampleController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: ServiceConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly readiness: Readiness,
  ) {}

  @Get('sample')
  sample() {
    this.logger.info({ token: 'do-not-tell' }, 'asked');
    return {
      service: this.log.service,
      level: this.config.LOG_LEVEL,
      now: this.clock.now(),
      project: this.ids.projectId(),
    };
  }

  @Get('break')
  break() {
    this.readiness.add('sample', () => {
      throw new Error('broken on purpose');
    });
    return {};
  }

  @Get('endless')
  endless() {
    return new StreamableFile(Readable.from(neverEnding()));
  }

  @Get('crash')
  crash() {
    void Promise.reject(new Error('nobody awaits this'));
    return {};
  }

  @OnFact(AssetPrepared, { durable: 'sample', stream: 'ASSETS', filter: 'asset.*.*.request' })
  prepared({ fact }: Received<typeof AssetPrepared>): Verdict {
    this.logger.info({ seq: fact.meta.seq }, 'prepared');
    return done;
  }
}

@Module({ controllers: [SampleController] })
class SampleModule {}

await runService({ name: 'gateway', module: SampleModule, config: loadConfig(serviceConfig) });
