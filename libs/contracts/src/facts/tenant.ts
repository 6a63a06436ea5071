import { z } from 'zod';
import { Brand } from '../brand.js';
import { defineFact, type FactOf } from '../fact.js';
import { OwnerId, ProjectId, ProxyKey, SigningSecretId } from '../ids.js';
import { DurSeconds, Mode, Motion } from '../parameters.js';
import { PlanName } from '../plans.js';
import { WebhookEventType } from '../webhook-events.js';
import { ENDPOINT_HEALTH_FACTS, NOTICE_FACTS } from './endpoint.js';

/** An owner exists, with the plan of a new sign-up. */
export const AccountOpened = defineFact(
  'AccountOpened',
  1,
  ['gateway', 'operator'],
  z.strictObject({ ownerId: OwnerId, plan: PlanName }),
);

/** The owner's plan is another one from now on. */
export const PlanChanged = defineFact(
  'PlanChanged',
  1,
  ['gateway', 'operator'],
  z.strictObject({ ownerId: OwnerId, plan: PlanName }),
);

const project = { projectId: ProjectId, ownerId: OwnerId };

export const ProjectCreated = defineFact(
  'ProjectCreated',
  1,
  'gateway',
  z.strictObject({ ...project, name: z.string(), proxyKey: ProxyKey }),
);

export const ProjectRenamed = defineFact(
  'ProjectRenamed',
  1,
  'gateway',
  z.strictObject({ ...project, name: z.string() }),
);

/** Settings of the proxy URL changed; only what was sent. */
export const ProxyConfigChanged = defineFact(
  'ProxyConfigChanged',
  1,
  'gateway',
  z.strictObject({
    ...project,
    allowedOrigins: z.array(z.string()).optional(),
    defaultMotion: Motion.optional(),
    defaultMode: Mode.optional(),
    defaultDurSeconds: DurSeconds.optional(),
    signingEnabled: z.boolean().optional(),
    autoGenerate: z.boolean().optional(),
    newAssetsPerMinute: z.number().int().optional(),
    /** Signing was turned on for the first time, with this secret. */
    signingSecretId: SigningSecretId.optional(),
  }),
);

/** Until when what was replaced still works, Unix ms; null: it, and everything older, stopped at once. */
const overlapUntil = z.number().int().nullable();

/**
 * The project's embeds have a new key. Caches hold answers under the old one: they are purged now and when the
 * overlap ends.
 */
export const ProxyKeyRotated = defineFact(
  'ProxyKeyRotated',
  1,
  'gateway',
  z.strictObject({ ...project, proxyKey: ProxyKey, overlapUntil }),
);

/**
 * Proxy URLs are signed with another secret from now on; the secret is in PostgreSQL's `secrets` schema. It does not
 * mean that signing is on. Caches are purged as for a new key.
 */
export const SigningSecretRotated = defineFact(
  'SigningSecretRotated',
  1,
  'gateway',
  z.strictObject({ ...project, signingSecretId: SigningSecretId, overlapUntil }),
);

/** Beyond the plan's number this project's requests may go on, up to the cap (null: the plan's own number). */
export const BillingChanged = defineFact(
  'BillingChanged',
  1,
  'gateway',
  z.strictObject({ ...project, overageEnabled: z.boolean(), overageCap: z.number().int().nullable() }),
);

export const BrandChanged = defineFact(
  'BrandChanged',
  1,
  'gateway',
  z.strictObject({ ...project, brand: Brand }),
);

/** Where webhooks go. The secret is not here but in PostgreSQL's `secrets` schema. */
export const WebhooksConfigured = defineFact(
  'WebhooksConfigured',
  1,
  'gateway',
  z.strictObject({
    ...project,
    url: z.string().nullable(),
    events: z.array(WebhookEventType),
    enabled: z.boolean(),
  }),
);

/** The caches were asked to forget everything of the project, since its keys changed; as `CachesPurged`. */
export const ProjectCachesPurged = defineFact(
  'ProjectCachesPurged',
  1,
  'notifier',
  z.strictObject({ projectId: ProjectId, caches: z.array(z.string()), unconfirmed: z.array(z.string()) }),
);

/** The project is gone for its users: its keys are unknown from now on, and each of its assets is deleted after it. */
export const ProjectDeleted = defineFact('ProjectDeleted', 1, 'gateway', z.strictObject(project));

/** Every asset of a deleted project is deleted, and of its own facts only `ProjectDeleted` and this one are left. */
export const ProjectPurged = defineFact('ProjectPurged', 1, 'gateway', z.strictObject(project));

export const ACCOUNT_FACTS = [AccountOpened, PlanChanged] as const;
export type AccountFact = FactOf<(typeof ACCOUNT_FACTS)[number]>;
export const PROJECT_FACTS = [
  ProjectCreated,
  ProjectRenamed,
  ProxyConfigChanged,
  ProxyKeyRotated,
  SigningSecretRotated,
  BillingChanged,
  BrandChanged,
  WebhooksConfigured,
  ProjectDeleted,
  ProjectPurged,
] as const;
export type ProjectFact = FactOf<(typeof PROJECT_FACTS)[number]>;
/** What the notifier writes on `endpoint.<projectId>` beside the DELIVERY_FACTS of events without an asset. */
export const ENDPOINT_FACTS = [ProjectCachesPurged, ...NOTICE_FACTS, ...ENDPOINT_HEALTH_FACTS] as const;
export type EndpointFact = FactOf<(typeof ENDPOINT_FACTS)[number]>;
