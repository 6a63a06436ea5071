import type { Brand } from '@zoetrope/contracts/brand';
import type { Recorded } from '@zoetrope/contracts/fact';
import {
  EndpointDisabled,
  EndpointEnabled,
  EndpointFailing,
  EndpointRecovered,
} from '@zoetrope/contracts/facts/endpoint';
import {
  BillingChanged,
  BrandChanged,
  ProjectCreated,
  ProjectDeleted,
  ProjectRenamed,
  ProxyConfigChanged,
  ProxyKeyRotated,
  SigningSecretRotated,
  WebhooksConfigured,
} from '@zoetrope/contracts/facts/tenant';
import type { OwnerId, ProjectId, ProxyKey, SigningSecretId } from '@zoetrope/contracts/ids';
import { type Defaults, PRODUCT_DEFAULTS } from '@zoetrope/contracts/parameters';
import { endpointSubject } from '@zoetrope/contracts/subjects';
import { DEFAULT_WEBHOOK_EVENTS, type WebhookEventType } from '@zoetrope/contracts/webhook-events';

/** Something replaced that still works. */
export interface Overlapping<T> {
  readonly value: T;
  /** Unix ms. */
  readonly until: number;
}

/** One project as its facts tell it. Fields with a question mark came later: a stored row need not have them. */
export interface Project {
  readonly id: ProjectId;
  readonly ownerId: OwnerId;
  readonly name: string;
  readonly proxyKey: ProxyKey;
  readonly defaults: Defaults;
  readonly allowedOrigins: readonly string[];
  /** Older keys, newest first; some may have ended. */
  readonly previousKeys?: readonly Overlapping<ProxyKey>[];
  readonly signingEnabled: boolean;
  /** What proxy URLs are signed with; undefined while none was minted. */
  readonly signingSecretId?: SigningSecretId;
  readonly previousSecrets?: readonly Overlapping<SigningSecretId>[];
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
  /** By the notifier, not by its owner; Unix ms. */
  readonly webhooksDisabled?: { readonly reason: 'gone' | 'failing'; readonly at: number };
  /** Nothing but failures since then, Unix ms. */
  readonly webhooksFailingSince?: number;
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
  ...(data.signingSecretId && { signingSecretId: data.signingSecretId }),
});

/** What still works besides the new one: what was current until now, and older ones whose time is not over. */
function overlapping<T>(
  replaced: T | undefined,
  older: readonly Overlapping<T>[] = [],
  { at, until }: { at: number; until: number | null },
): readonly Overlapping<T>[] {
  if (until === null) return [];
  const left = older.filter((one) => one.until > at);
  return replaced === undefined ? left : [{ value: replaced, until }, ...left];
}

/** Values of `all` that still work at `now`, Unix ms. */
export const stillValid = <T>(all: readonly Overlapping<T>[] | undefined, now: number): T[] =>
  (all ?? []).filter(({ until }) => until > now).map(({ value }) => value);

const rotated = (project: Project, fact: Recorded): Project | undefined => {
  if (ProxyKeyRotated.is(fact)) {
    const span = { at: fact.meta.ts, until: fact.data.overlapUntil };
    const previousKeys = overlapping(project.proxyKey, project.previousKeys, span);
    return { ...project, proxyKey: fact.data.proxyKey, previousKeys };
  }
  if (SigningSecretRotated.is(fact)) {
    const span = { at: fact.meta.ts, until: fact.data.overlapUntil };
    const previousSecrets = overlapping(project.signingSecretId, project.previousSecrets, span);
    return { ...project, signingSecretId: fact.data.signingSecretId, previousSecrets };
  }
  return undefined;
};

/** Without what the notifier found out about an endpoint that is another one now, or works again. */
const calm = ({ webhooksDisabled: _, webhooksFailingSince: __, ...project }: Project): Project => project;

/** What the notifier found out about the webhook endpoint. */
const endpointChanged = (project: Project, fact: Recorded): Project | undefined => {
  if (EndpointEnabled.is(fact)) return { ...calm(project), webhooksEnabled: true };
  if (EndpointFailing.is(fact)) return { ...project, webhooksFailingSince: fact.meta.ts };
  if (EndpointRecovered.is(fact)) return calm(project);
  if (!EndpointDisabled.is(fact)) return undefined;
  const webhooksDisabled = { reason: fact.data.reason, at: fact.meta.ts };
  return { ...calm(project), webhooksEnabled: false, webhooksDisabled };
};

const changed = (project: Project, fact: Recorded): Project => {
  if (ProjectRenamed.is(fact)) return { ...project, name: fact.data.name };
  if (ProxyConfigChanged.is(fact)) return configured(project, fact.data);
  if (BillingChanged.is(fact)) {
    return { ...project, overageEnabled: fact.data.overageEnabled, overageCap: fact.data.overageCap };
  }
  if (BrandChanged.is(fact)) return { ...project, brand: fact.data.brand };
  if (WebhooksConfigured.is(fact)) {
    const { url, events, enabled } = fact.data;
    return { ...calm(project), webhookUrl: url, webhookEvents: events, webhooksEnabled: enabled };
  }
  if (ProjectDeleted.is(fact)) return { ...project, deleted: true };
  return rotated(project, fact) ?? project;
};

/** Applies one fact of `project.<id>` or `endpoint.<id>`. A fact before the creation says nothing. */
export function evolveProject(project: Project | undefined, fact: Recorded): Project | undefined {
  if (ProjectCreated.is(fact)) return project ?? created(fact);
  if (!project || fact.meta.subject === endpointSubject(project.id))
    return project && (endpointChanged(project, fact) ?? project);
  return { ...changed(project, fact), version: fact.meta.seq };
}
