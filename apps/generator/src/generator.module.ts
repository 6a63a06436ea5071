import { type DynamicModule, Module } from '@nestjs/common';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CONFIG } from '@zoetrope/platform/config';
import { Advance } from './advance.js';
import { Cancellations } from './cancellations.js';
import { CollectSuperseded } from './collection/collect-superseded.js';
import { CollectWhenDue } from './collection/collect-when-due.js';
import { CollectWork } from './collection/collect-work.js';
import { CollectionAlarms } from './collection/collection-alarms.js';
import { PurgeAsset } from './collection/purge-asset.js';
import { SetAlarmWhenBytesGrowOld } from './collection/set-alarm-when-bytes-grow-old.js';
import { Fates } from './fates.js';
import { Generations } from './generations.js';
import { GeneratorMetrics } from './generator-metrics.js';
import { AdvanceWhenDue } from './handlers/advance-when-due.js';
import { EndGenerationWhenCancelRequested } from './handlers/end-generation-when-cancel-requested.js';
import { RecordQueuedWhenReserved } from './handlers/record-queued-when-reserved.js';
import { RecordRefusedWhenDenied } from './handlers/record-refused-when-denied.js';
import { Takings } from './handlers/takings.js';
import { OBJECTS, ObjectsReadiness } from './objects.js';
import { PipelineAlarms } from './pipeline-alarms.js';
import { Predictions } from './predictions.js';
import { ProgressWatch } from './progress/progress-watch.js';
import { Provider } from './provider/provider.js';
import { AnimateStage } from './stages/animate.js';
import { CollectStage } from './stages/collect.js';
import { KnownVideos, WorkPlaces } from './stages/known-videos.js';
import { SourceStage } from './stages/source.js';
import { StitchStage } from './stages/stitch.js';
import { StoreStage } from './stages/store.js';
import { VisionStage } from './stages/vision.js';
import { AnswerVisionQuestions } from './vision/answer-vision-questions.js';
import { chooseVision } from './vision/choose-vision.js';
import { VISION } from './vision/vision-provider.js';

@Module({
  controllers: [
    RecordQueuedWhenReserved,
    RecordRefusedWhenDenied,
    EndGenerationWhenCancelRequested,
    AdvanceWhenDue,
    SetAlarmWhenBytesGrowOld,
    CollectWhenDue,
  ],
  providers: [
    ObjectsReadiness,
    GeneratorMetrics,
    Generations,
    PipelineAlarms,
    Cancellations,
    Fates,
    Takings,
    Advance,
    Predictions,
    Provider,
    ProgressWatch,
    KnownVideos,
    WorkPlaces,
    SourceStage,
    { provide: VISION, useFactory: chooseVision, inject: [CONFIG, Provider] },
    VisionStage,
    AnswerVisionQuestions,
    AnimateStage,
    CollectStage,
    StitchStage,
    StoreStage,
    CollectionAlarms,
    CollectSuperseded,
    CollectWork,
    PurgeAsset,
  ],
})
class GeneratorModule {}

/** Runs the pipeline (source, vision, image-to-video, stitch, store) on this object store. */
export const generatorModule = (objects: ObjectStore): DynamicModule => ({
  module: GeneratorModule,
  providers: [{ provide: OBJECTS, useValue: objects }],
});
