import type { Service } from './fact.js';
import type { AssetId, OwnerId, Period, ProjectId } from './ids.js';

/** Every subject of the system is built here and nowhere else. */
const shard = (assetId: string) => assetId.slice(0, 2);

export const ASSET_PARTS = ['request', 'generation', 'video', 'delivery'] as const;
export type AssetPart = (typeof ASSET_PARTS)[number];

export const assetSubject = (assetId: AssetId | string, part: AssetPart): string =>
  `asset.${shard(assetId)}.${assetId}.${part}`;

export const ledgerSubject = (ownerId: OwnerId | string, period: Period | string): string =>
  `quota.${ownerId}.${period}`;

export const accountSubject = (ownerId: OwnerId | string): string => `account.${ownerId}`;
export const projectSubject = (projectId: ProjectId | string): string => `project.${projectId}`;
export const endpointSubject = (projectId: ProjectId | string): string => `endpoint.${projectId}`;
export const keySubject = (callerId: string, keyHash: string): string => `key.${callerId}.${keyHash}`;

/** An alarm's name is its subject's tail: setting the same name again replaces it. */
export const timerSubject = (service: Service, name: string): string => `timer.${service}.${name}`;
export const dueSubject = (service: Service, name: string): string => `due.${service}.${name}`;
export const deadSubject = (service: Service, consumer: string): string => `dead.${service}.${consumer}`;

/** An order to try a dead letter again; one token more than a letter's subject. */
export const retrySubject = (service: Service, consumer: string): string =>
  `dead.retry.${service}.${consumer}`;
/** Every dead letter, and the orders for one service's. */
export const DEAD_LETTERS = 'dead.*.*';
export const retryOrders = (service: Service): string => `dead.retry.${service}.*`;

/** The alarm of one stage attempt (`stage` is a stage's name, or `stall` for the whole generation). */
export const stageAlarm = (assetId: string, generation: number, stage: string, attempt: number): string =>
  `${assetId}.${generation}.${stage}.${attempt}`;

/** Alarms about bytes and facts that nobody needs any more; two tokens after the word, so never a stage's alarm. */
export const collectionAlarm = (assetId: string, what: string): string => `collection.${assetId}.${what}`;
export const COLLECTION_ALARMS = 'collection.*.*';
/** Names of `stageAlarm`, as a filter. */
export const STAGE_ALARMS = '*.*.*.*';
/** The alarm of a deleted project at the gateway. */
export const projectAlarm = (projectId: string): string => `project.${projectId}`;
export const PROJECT_ALARMS = 'project.*';

/** The alarm of an asset's caches at the notifier. */
export const purgeAlarm = (assetId: string): string => `purge.${assetId}`;
export const PURGE_ALARMS = 'purge.*';
export const PROJECT_PURGE_ALARMS = 'purge-project.>';

/** The alarm of one webhook delivery at the notifier, and of a project's test event. */
export const webhookAlarm = (deliveryId: string): string => `webhook.${deliveryId}`;
export const WEBHOOK_ALARMS = 'webhook.*';
export const webhookTestAlarm = (projectId: string): string => `webhook-test.${projectId}`;
export const WEBHOOK_TEST_ALARMS = 'webhook-test.*';

/** Core NATS: quota tells the waiting gateway what it decided. Not in the log. */
export const decisionSubject = (commandId: string): string => `decision.${commandId}`;
/** Core NATS request: any quota copy says what its ledger holds of a command. */
export const DECISION_QUESTION = 'ask.quota.decision';
/** Core NATS request: any generator copy says which motion prompt vision would write. */
export const VISION_QUESTION = 'ask.generator.vision';
/** Core NATS: `stage_progress`, at most one a second for each generation. Not in the log. */
export const progressSubject = (assetId: string): string => `progress.${shard(assetId)}.${assetId}`;
/** Core NATS request to one gateway copy: confirm that you know of this generation. */
export const fenceSubject = (gatewayId: string): string => `fence.${gatewayId}`;

/** Filters of the durable consumers. */
export const FILTERS = {
  requests: 'asset.*.*.request',
  generations: 'asset.*.*.generation',
  videos: 'asset.*.*.video',
  deliveries: 'asset.*.*.delivery',
  projects: 'project.*',
  endpoints: 'endpoint.*',
  assets: 'asset.>',
  ledgers: 'quota.>',
  due: (service: Service) => `due.${service}.>`,
} as const;
