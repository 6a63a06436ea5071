import type { ProjectView } from '@zoetrope/contracts/api/projects';
import type { Project } from '@zoetrope/domain/project';

/** A project as its owner sees it (PRODUCT 2). */
export const projectView = (project: Project): ProjectView => ({
  id: project.id,
  name: project.name,
  proxy_key: project.proxyKey,
  defaults: project.defaults,
  allowed_origins: [...project.allowedOrigins],
  signing_enabled: project.signingEnabled,
  auto_generate: project.autoGenerate,
  new_assets_per_minute: project.newAssetsPerMinute,
  overage_enabled: project.overageEnabled,
  overage_cap: project.overageCap,
  brand: project.brand,
  webhook_url: project.webhookUrl,
  webhook_events: [...project.webhookEvents],
  webhooks_enabled: project.webhooksEnabled,
  created_at: project.createdAt,
});
