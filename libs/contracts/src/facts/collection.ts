import { z } from 'zod';
import { defineFact, type FactOf } from '../fact.js';
import { AssetId, GenerationNumber, OwnerId, ProjectId } from '../ids.js';
import { Anchor } from './generation.js';

/** `latest` as on every fact of `.generation`, so that the subject's last message still tells where to fold from. */
const about = { assetId: AssetId, projectId: ProjectId, ownerId: OwnerId, latest: Anchor.nullable() };

/**
 * The generation's own bytes are not kept any more: asking for them is 410 from here on, and then they are removed.
 * It is never the one being served, nor one that could still be.
 */
export const GenerationCollected = defineFact(
  'GenerationCollected',
  1,
  'generator',
  z.strictObject({ ...about, generation: GenerationNumber }),
);

/**
 * What was left of a deleted asset is gone: its objects, and every fact about it but `AssetDeleted` and this one.
 * Ledgers keep their ids and amounts. `objects`: how many were removed by whoever wrote this.
 */
export const AssetPurged = defineFact(
  'AssetPurged',
  1,
  'generator',
  z.strictObject({ ...about, objects: z.number().int().min(0) }),
);

export const COLLECTION_FACTS = [GenerationCollected, AssetPurged] as const;
export type CollectionFact = FactOf<(typeof COLLECTION_FACTS)[number]>;
