import { createHash } from 'node:crypto';
import { hexOf, type Planted } from '../support/planting.ts';

/** One event that an endpoint is to hear of: a stage of a generation that nobody ran. */
export interface PlantedEvent {
  readonly fact: Planted;
  readonly assetId: string;
  /** The `webhook-id` that every attempt must have, worked out here from the fact's id. */
  readonly webhookId: string;
}

const STAGE = { stage: 'stage1', attempt: 1, key: 'none', sha256: '0'.repeat(64), bytes: 1, latencyMs: 1 };

/** The n-th event of a project; each is about another asset, as most are. */
export function eventOf(project: { id: string; ownerId: string }, n: string): PlantedEvent {
  const assetId = hexOf(`${project.id} ${n}`);
  const cause = hexOf(`cause ${assetId}`);
  const type = 'StageCompleted';
  const data = {
    assetId,
    projectId: project.id,
    ownerId: project.ownerId,
    period: new Date().toISOString().slice(0, 7),
    generation: 1,
    requestSeq: 1,
    commandId: `cmd_${hexOf(`command ${assetId}`)}`,
    latest: null,
    ...STAGE,
  };
  const subject = `asset.${assetId.slice(0, 2)}.${assetId}.generation`;
  const factId = sha(`${cause}:${type}:`);
  const fact: Planted = { subject, type, service: 'generator', data, cause };
  return { fact, assetId, webhookId: `evt_${sha(factId)}` };
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
