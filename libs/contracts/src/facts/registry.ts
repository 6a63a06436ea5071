import type { FactType } from '../fact.js';
import { COLLECTION_FACTS } from './collection.js';
import { DELIVERY_FACTS } from './delivery.js';
import { GENERATION_FACTS } from './generation.js';
import { KEY_FACTS } from './key.js';
import { LEDGER_FACTS } from './ledger.js';
import { REQUEST_FACTS } from './request.js';
import { ACCOUNT_FACTS, ENDPOINT_FACTS, PROJECT_FACTS } from './tenant.js';
import { VIDEO_FACTS } from './video.js';

const all: readonly FactType[] = [
  ...REQUEST_FACTS,
  ...GENERATION_FACTS,
  ...COLLECTION_FACTS,
  ...VIDEO_FACTS,
  ...DELIVERY_FACTS,
  ...LEDGER_FACTS,
  ...ACCOUNT_FACTS,
  ...PROJECT_FACTS,
  ...ENDPOINT_FACTS,
  ...KEY_FACTS,
] as unknown as readonly FactType[];

/** Every kind of fact by its name, for decoding. */
export const FACTS: ReadonlyMap<string, FactType> = new Map(all.map((kind) => [kind.type, kind]));
