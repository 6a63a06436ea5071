import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CONFIG, type Config } from './config.js';
import { FileStore } from './files/file-store.js';
import { FilesController } from './files/files.controller.js';
import { InputImages } from './files/input-images.js';
import { BaseUrl } from './http/base-url.js';
import { BearerGuard } from './http/bearer.guard.js';
import { HealthController } from './http/health.controller.js';
import { ReplicateErrorFilter } from './http/replicate-error.js';
import { LocalController } from './local/local.controller.js';
import { FaultQueue } from './predictions/faults.js';
import { Journal } from './predictions/journal.js';
import { ModelsController } from './predictions/models.controller.js';
import { OutputsController } from './predictions/outputs.controller.js';
import { PredictionStore } from './predictions/prediction-store.js';
import { PredictionsController } from './predictions/predictions.controller.js';
import { FixtureClips } from './runs/fixture-clips.js';
import { FixtureGate } from './runs/fixture-gate.js';
import { MakeOutput } from './runs/make-output.js';
import { Renderer } from './runs/renderer.js';
import { Retention } from './runs/retention.js';
import { RunPredictions } from './runs/run-predictions.js';
import { WebhookSecretController } from './webhooks/secret.controller.js';
import { WebhookSender } from './webhooks/webhook-sender.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest takes modules as classes.
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        PredictionsController,
        ModelsController,
        OutputsController,
        FilesController,
        WebhookSecretController,
        LocalController,
        HealthController,
      ],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: APP_FILTER, useClass: ReplicateErrorFilter },
        BaseUrl,
        BearerGuard,
        FaultQueue,
        FileStore,
        FixtureClips,
        FixtureGate,
        InputImages,
        Journal,
        MakeOutput,
        PredictionStore,
        Renderer,
        Retention,
        RunPredictions,
        WebhookSender,
      ],
    };
  }
}
