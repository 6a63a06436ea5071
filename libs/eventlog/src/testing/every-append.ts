import { createHash } from 'node:crypto';
import type { Fact, Service } from '@zoetrope/contracts/fact';
import { WebhookHeld } from '@zoetrope/contracts/facts/delivery';
import { EndpointEnabled } from '@zoetrope/contracts/facts/endpoint';
import { VisionStarted } from '@zoetrope/contracts/facts/generation';
import { KeyClaimed } from '@zoetrope/contracts/facts/key';
import { GenerationReleased } from '@zoetrope/contracts/facts/ledger';
import { AccountOpened, PlanChanged, ProjectRenamed } from '@zoetrope/contracts/facts/tenant';
import { GenerationReady } from '@zoetrope/contracts/facts/video';
import { AssetId, CommandId, OwnerId, Period, ProjectId, Sha256 } from '@zoetrope/contracts/ids';
import {
  accountSubject,
  assetSubject,
  endpointSubject,
  keySubject,
  ledgerSubject,
  projectSubject,
} from '@zoetrope/contracts/subjects';
import { assetNamed, cancelOf } from './sample-facts.js';

/** One kind of subject that is appended to with an expectation: who does, where, and a fact of theirs. */
export interface OptimisticAppend {
  readonly kind: string;
  readonly service: Service;
  readonly subject: (name: string) => string;
  readonly fact: (name: string) => Fact;
}

const projectId = ProjectId.parse(`prj_${'0'.repeat(20)}`);
const ownerId = OwnerId.parse('owner');
const commandId = CommandId.parse(`cmd_${'0'.repeat(32)}`);
const period = Period.parse('2026-11');
const hash = (name: string): string => createHash('sha256').update(name).digest('hex');
const projectNamed = (name: string) => ProjectId.parse(`prj_${hash(name).slice(0, 20)}`);
const ownerNamed = (name: string) => OwnerId.parse(`owner-${hash(name).slice(0, 20)}`);

const generationOf = (assetId: AssetId) => ({ assetId, projectId, ownerId, generation: 1, requestSeq: 1 });
const video = (assetId: AssetId) => ({
  ...generationOf(assetId),
  ...{ key: 'k', sha256: Sha256.parse('0'.repeat(64)), bytes: 1, durationMs: 2_000, width: 2, height: 2 },
  ...{ loopMode: 'none', model: 'seedance', posterKey: 'p', switchedAt: 1, unconfirmed: [] },
});
const entry = { commandId, projectId, generation: 1, requestSeq: 1, reason: 'failed' } as const;
const held = {
  ...{ projectId, deliveryId: `dlv_${'0'.repeat(32)}`, eventId: `evt_${'0'.repeat(32)}` },
  ...{ eventType: 'asset.test' as const, attempt: 0, reason: 'disabled' },
};

/** Every kind of subject that one of our services appends to with an expectation, each by its writers. */
export const OPTIMISTIC_APPENDS: readonly OptimisticAppend[] = [
  {
    kind: 'asset….request',
    service: 'gateway',
    subject: (name) => assetSubject(assetNamed(name), 'request'),
    fact: (name) => cancelOf(name),
  },
  {
    kind: 'asset….generation',
    service: 'generator',
    subject: (name) => assetSubject(assetNamed(name), 'generation'),
    fact: (name) =>
      VisionStarted({ ...generationOf(assetNamed(name)), period, commandId, latest: null, attempt: 1 }),
  },
  {
    kind: 'asset….video',
    service: 'notifier',
    subject: (name) => assetSubject(assetNamed(name), 'video'),
    fact: (name) => GenerationReady(video(assetNamed(name)) as Parameters<typeof GenerationReady>[0]),
  },
  {
    kind: 'asset….delivery',
    service: 'notifier',
    subject: (name) => assetSubject(assetNamed(name), 'delivery'),
    fact: () => WebhookHeld(held),
  },
  {
    kind: 'quota',
    service: 'quota',
    subject: (name) => ledgerSubject(ownerNamed(name), period),
    fact: (name) => GenerationReleased({ ...entry, assetId: assetNamed(name) }),
  },
  {
    kind: 'account, by the gateway',
    service: 'gateway',
    subject: (name) => accountSubject(ownerNamed(name)),
    fact: (name) => AccountOpened({ ownerId: ownerNamed(name), plan: 'free' }),
  },
  {
    kind: 'account, by the operator',
    service: 'operator',
    subject: (name) => accountSubject(ownerNamed(name)),
    fact: (name) => PlanChanged({ ownerId: ownerNamed(name), plan: 'pro' }),
  },
  {
    kind: 'project',
    service: 'gateway',
    subject: (name) => projectSubject(projectNamed(name)),
    fact: (name) => ProjectRenamed({ projectId: projectNamed(name), ownerId, name }),
  },
  {
    kind: 'endpoint',
    service: 'notifier',
    subject: (name) => endpointSubject(projectNamed(name)),
    fact: (name) => EndpointEnabled({ projectId: projectNamed(name) }),
  },
  {
    kind: 'key',
    service: 'gateway',
    subject: (name) => keySubject('caller', hash(name)),
    fact: () => KeyClaimed({ fingerprint: Sha256.parse('0'.repeat(64)), commandId }),
  },
];
