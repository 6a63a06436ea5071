import { z } from 'zod';
import { defineFact, type FactOf } from '../fact.js';
import { AssetId, CommandId, GenerationNumber, OwnerId, Period, ProjectId } from '../ids.js';
import { Defaults, PrepareAsked, RegenerateAsked, SourceUrl } from '../parameters.js';

/** Who asked: a person or server with the owner's credentials, a proxy URL, or an operator. */
export const RequestedBy = z.enum(['api', 'proxy', 'operator']);

const asked = { assetId: AssetId, projectId: ProjectId, ownerId: OwnerId, commandId: CommandId };

/** An asset was named and its first generation asked for. It does not mean that one was allowed. */
export const AssetPrepared = defineFact(
  'AssetPrepared',
  1,
  'gateway',
  z.strictObject({
    ...asked,
    number: z.literal(1),
    period: Period,
    src: SourceUrl,
    asked: PrepareAsked,
    defaults: Defaults,
    requestedBy: RequestedBy,
  }),
);

/** A further generation was asked for. It does not mean that quota allowed it. */
export const AssetRegenerateRequested = defineFact(
  'AssetRegenerateRequested',
  1,
  'gateway',
  z.strictObject({
    ...asked,
    number: GenerationNumber,
    period: Period,
    asked: RegenerateAsked,
    requestedBy: RequestedBy,
  }),
);

/** The owner wants generation `generation` to end. Too late once its video is stored. `number` is the newest asked so far. */
export const GenerationCancelRequested = defineFact(
  'GenerationCancelRequested',
  1,
  'gateway',
  z.strictObject({ ...asked, generation: GenerationNumber, number: GenerationNumber }),
);

/** The asset is gone for its users: 410 from now on. Its bytes go later. `number` is the newest asked so far. */
export const AssetDeleted = defineFact(
  'AssetDeleted',
  1,
  'gateway',
  z.strictObject({ ...asked, number: GenerationNumber }),
);

export const REQUEST_FACTS = [
  AssetPrepared,
  AssetRegenerateRequested,
  GenerationCancelRequested,
  AssetDeleted,
] as const;
export type RequestFact = FactOf<(typeof REQUEST_FACTS)[number]>;
