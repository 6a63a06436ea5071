import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccountsModule } from './accounts/accounts.module.js';
import { CallerGuard } from './accounts/caller.guard.js';
import { AssetViewModule } from './asset-view/asset-view.module.js';
import { BrandPreviewModule } from './brand-preview/brand-preview.module.js';
import { CallbacksModule } from './callbacks/callbacks.module.js';
import { CancelModule } from './cancel/cancel.module.js';
import { DashboardModule } from './dashboard/dashboard.module.js';
import { DeleteAccountModule } from './delete-account/delete-account.module.js';
import { DeleteAssetModule } from './delete-asset/delete-asset.module.js';
import { DeleteProjectModule } from './delete-project/delete-project.module.js';
import { DirectoryModule } from './directory/directory.module.js';
import { DocsModule } from './docs/docs.module.js';
import { HttpModule } from './http/http.module.js';
import { KeyGuard } from './idempotency/key.guard.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { PrepareModule } from './prepare/prepare.module.js';
import { ProjectionsModule } from './projections/projections.module.js';
import { ProjectsModule } from './projects/projects.module.js';
import { ProxyUrlModule } from './proxy-url/proxy-url.module.js';
import { PurgeModule } from './purge/purge.module.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimitModule } from './rate-limit/rate-limit.module.js';
import { RegenerateModule } from './regenerate/regenerate.module.js';
import { RegenerateManyModule } from './regenerate-many/regenerate-many.module.js';
import { ResourcesModule } from './resources/resources.module.js';
import { ServingModule } from './serving/serving.module.js';
import { SigningModule } from './signing/signing.module.js';
import { SseModule } from './sse/sse.module.js';
import { TimelineModule } from './timeline/timeline.module.js';
import { UploadModule } from './upload/upload.module.js';
import { UsageModule } from './usage/usage.module.js';
import { WebhookInboxModule } from './webhook-inbox/webhook-inbox.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/**
 * The gateway: what users can do, one module each. A module brings its own controllers and providers; database
 * and objects come from the global ResourcesModule; CONFIG, EVENT_LOG, CLOCK, IDS and Readiness from whoever boots it.
 */
@Module({
  imports: [
    HttpModule,
    ResourcesModule,
    DirectoryModule,
    SigningModule,
    AccountsModule,
    RateLimitModule,
    ProjectsModule,
    WebhooksModule,
    UploadModule,
    PrepareModule,
    RegenerateModule,
    RegenerateManyModule,
    CancelModule,
    DeleteAssetModule,
    DeleteProjectModule,
    DeleteAccountModule,
    PurgeModule,
    ProjectionsModule,
    AssetViewModule,
    ServingModule,
    ProxyUrlModule,
    SseModule,
    CallbacksModule,
    OpenApiModule,
    DocsModule,
    TimelineModule,
    UsageModule,
    WebhookInboxModule,
    BrandPreviewModule,
    DashboardModule,
  ],
  // In this order: 401 wins over the rate limit (PRODUCT 3.2), and the key stands on both.
  providers: [
    { provide: APP_GUARD, useClass: KeyGuard },
    { provide: APP_GUARD, useClass: CallerGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
  ],
})
export class AppModule {}
