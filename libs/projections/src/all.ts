import { assetProjection } from './asset-projection.js';
import { chargeProjection } from './charge-projection.js';
import { projectProjection } from './project-projection.js';
import type { Projection } from './projection.js';

/** Every projection; a projector runs for each. */
export const PROJECTIONS: readonly Projection[] = [assetProjection, chargeProjection, projectProjection];
