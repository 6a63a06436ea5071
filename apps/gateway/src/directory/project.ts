import type { Brand } from '@zoetrope/contracts/brand';
import type { Recorded } from '@zoetrope/contracts/fact';
import {
  BillingChanged,
  BrandChanged,
  ProjectCreated,
  ProjectDeleted,
  ProjectRenamed,
  ProxyConfigChanged,
  WebhooksConfigured,
} from '@zoetrope/contracts/facts/tenant';
import type { OwnerId, ProjectId, ProxyKey } from '@zoetrope/contracts/ids';
import { type Defaults, PRODUCT_DEFAULTS } from '@zoetrope/contracts/parameters';
import { DEFAULT_WEBHOOK_EVENTS, type WebhookEventType } from '@zoetrope/contracts/webhook-events';

/** One project as its facts tell it. */
export interface Project {
  readonly id: ProjectId;
  readonly ownerId: OwnerId;
  readonly name: string;
  readonly proxyKey: ProxyKey;
  readonly defaults: Defaults;
  readonly allowedOrigins: readonly string[];
  readonly signingEnabled: boolean;
  readonly autoGenerate: boolean;
  /** How many new assets its proxy key starts in a minute. */
  readonly newAssetsPerMinute: number;
  readonly overageEnabled: boolean;
  /** Extra generations a month; null: the plan's own number. */
  readonly overageCap: number | null;
  readonly brand: Brand | null;
  readonly webhookUrl: string | null;
  readonly webhookEvents: readonly WebhookEventType[];
  readonly webhooksEnabled: boolean;
  /** Unix ms. */
  readonly createdAt: number;
  /** Sequence of its first fact. */
  readonly createdSeq: number;
  readonly deleted: boolean;
  /** Last sequence of its subject: what the next append expects. */
  readonly version: number;
}

/** PRODUCT 2: so that a stranger with a page's proxy key cannot burn the month. */
const NEW_ASSETS_PER_MINUTE = 20;

const created = ({ data, meta }: Recorded<ReturnType<typeof ProjectCreated>>): Project => ({
  id: data.projectId,
  ownerId: data.ownerId,
  name: data.name,
  proxyKey: data.proxyKey,
  defaults: PRODUCT_DEFAULTS,
  allowedOrigins: [],
  signingEnabled: false,
  autoGenerate: true,
  newAssetsPerMinute: NEW_ASSETS_PER_MINUTE,
  overageEnabled: false,
  overageCap: null,
  brand: null,
  webhookUrl: null,
  webhookEvents: DEFAULT_WEBHOOK_EVENTS,
  webhooksEnabled: false,
  createdAt: meta.ts,
  createdSeq: meta.seq,
  deleted: false,
  version: meta.seq,
});

const configured = (project: Project, data: ReturnType<typeof ProxyConfigChanged>['data']): Project => ({
  ...project,
  defaults: {
    motion: data.defaultMotion ?? project.defaults.motion,
    mode: data.defaultMode ?? project.defaults.mode,
    dur_seconds: data.defaultDurSeconds ?? project.defaults.dur_seconds,
  },
  allowedOrigins: data.allowedOrigins ?? project.allowedOrigins,
  signingEnabled: data.signingEnabled ?? project.signingEnabled,
  autoGenerate: data.autoGenerate ?? project.autoGenerate,
  newAssetsPerMinute: data.newAssetsPerMinute ?? project.newAssetsPerMinute,
});

const changed = (project: Project, fact: Recorded): Project => {
  if (ProjectRenamed.is(fact)) return { ...project, name: fact.data.name };
  if (ProxyConfigChanged.is(fact)) return configured(project, fact.data);
  if (BillingChanged.is(fact)) {
    return { ...project, overageEnabled: fact.data.overageEnabled, overageCap: fact.data.overageCap };
  }
  if (BrandChanged.is(fact)) return { ...project, brand: fact.data.brand };
  if (WebhooksConfigured.is(fact)) {
    const { url, events, enabled } = fact.data;
    return { ...project, webhookUrl: url, webhookEvents: events, webhooksEnabled: enabled };
  }
  return ProjectDeleted.is(fact) ? { ...project, deleted: true } : project;
};

/** Applies one fact of `project.<id>`. A fact before the creation says nothing. */
export function evolveProject(project: Project | undefined, fact: Recorded): Project | undefined {
  if (ProjectCreated.is(fact)) return project ?? created(fact);
  return project && { ...changed(project, fact), version: fact.meta.seq };
}
