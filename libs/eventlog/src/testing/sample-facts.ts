import { createHash } from 'node:crypto';
import type { Fact } from '@zoetrope/contracts/fact';
import { GenerationCancelRequested } from '@zoetrope/contracts/facts/request';
import { AssetId, CommandId, OwnerId, ProjectId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';

/** An asset id that follows from a name. */
export const assetNamed = (name: string): AssetId =>
  AssetId.parse(createHash('md5').update(name).digest('hex'));

export const requestSubject = (name: string): string => assetSubject(assetNamed(name), 'request');

/** A small fact that the gateway may append. */
export const cancelOf = (name: string, number = 1): Fact =>
  GenerationCancelRequested({
    assetId: assetNamed(name),
    projectId: ProjectId.parse(`prj_${'0'.repeat(20)}`),
    ownerId: OwnerId.parse('owner'),
    commandId: CommandId.parse(`cmd_${'0'.repeat(32)}`),
    generation: 1,
    number,
  });

/** The number that `cancelOf` put in. */
export const numberOf = (fact: Fact): number => (fact.data as { number: number }).number;
