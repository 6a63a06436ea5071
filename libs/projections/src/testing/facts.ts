import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import * as delivery from '@zoetrope/contracts/facts/delivery';
import * as g from '@zoetrope/contracts/facts/generation';
import * as ledger from '@zoetrope/contracts/facts/ledger';
import * as request from '@zoetrope/contracts/facts/request';
import { ProjectCreated } from '@zoetrope/contracts/facts/tenant';
import * as video from '@zoetrope/contracts/facts/video';
import { AssetId, CommandId, OwnerId, Period, ProjectId, ProxyKey } from '@zoetrope/contracts/ids';
import { PRODUCT_DEFAULTS } from '@zoetrope/contracts/parameters';

/** Facts of one asset's story for tests, with everything filled in that the test does not care about. */
export const PROJECT = ProjectId.parse(`prj_${'a'.repeat(20)}`);
export const OWNER = OwnerId.parse('owner-1');
export const KEY = ProxyKey.parse(`pk_${'K'.repeat(24)}`);
export const PERIOD = Period.parse('2026-11');
const command = (n: number) => CommandId.parse(`cmd_${String(n).padStart(32, '0')}`);

export const assetId = (n: number) => AssetId.parse(n.toString(16).padStart(32, '0'));
export const sha = (n: number) => n.toString(16).padStart(64, 'a');

export const projectCreated = () =>
  ProjectCreated({ projectId: PROJECT, ownerId: OWNER, name: 'Shop', proxyKey: KEY });

/** Real bytes behind a stored or served video. */
export interface Bytes {
  readonly sha256?: string;
  readonly bytes?: number;
  readonly posterKey?: string;
}

/** The facts of one asset. `requestSeq` is only carried along. */
export const story = (
  id: AssetId,
  { projectId = PROJECT, ownerId = OWNER, src = 'https://ex.com/a.png' } = {},
) => {
  const who = { assetId: id, projectId, ownerId };
  const base = (generation: number, requestSeq: number) => ({
    ...who,
    period: PERIOD,
    generation,
    requestSeq,
    commandId: command(generation),
    latest: null,
  });
  const served = (generation: number, requestSeq: number, { sha256, bytes, posterKey }: Bytes = {}) => ({
    ...who,
    generation,
    requestSeq,
    key: `${id}/${generation}/${sha256 ?? sha(generation)}.mp4`,
    sha256: sha256 ?? sha(generation),
    bytes: bytes ?? 1000,
    durationMs: 4000,
    width: 720,
    height: 480,
    loopMode: 'native' as const,
    model: 'seedance' as const,
    posterKey: posterKey ?? `${id}/poster/${sha(generation)}.jpg`,
    switchedAt: 1_790_000_000_000 + generation * 5_000,
  });
  return {
    prepared: (asked: Parameters<typeof request.AssetPrepared>[0]['asked'] = {}) =>
      request.AssetPrepared({
        ...who,
        commandId: command(1),
        number: 1,
        period: PERIOD,
        src,
        asked,
        defaults: PRODUCT_DEFAULTS,
        requestedBy: 'proxy',
      }),
    regenerate: (
      number: number,
      asked: Parameters<typeof request.AssetRegenerateRequested>[0]['asked'] = {},
    ) =>
      request.AssetRegenerateRequested({
        ...who,
        commandId: command(number),
        number,
        period: PERIOD,
        asked,
        requestedBy: 'api',
      }),
    deleted: (number: number) => request.AssetDeleted({ ...who, commandId: command(99), number }),
    queued: (
      n: number,
      seq: number,
      resolved: Partial<Parameters<typeof g.GenerationQueued>[0]['resolved']> = {},
      behind?: g.Anchor,
    ) =>
      g.GenerationQueued({
        ...base(n, seq),
        latest: { generation: n, requestSeq: seq },
        ...(behind && { behind }),
        resolved: { ...PRODUCT_DEFAULTS, aspect: 'preserve', seed_asked: null, seed: 7, ...resolved },
        src,
        plan: 'pro',
        model: 'seedance',
        overage: false,
      }),
    refused: (n: number, seq: number) => g.GenerationRefused({ ...base(n, seq), reason: 'limit' }),
    vision: (n: number, seq: number, prompt: string) =>
      g.VisionCompleted({ ...base(n, seq), attempt: 1, prompt, provider: 'local', latencyMs: 5 }),
    predicted: (n: number, seq: number, id_: string) =>
      g.PredictionCreated({
        ...base(n, seq),
        stage: 'single',
        attempt: 1,
        predictionId: id_,
        adopted: false,
      }),
    stored: (n: number, seq: number, real?: Bytes) => {
      const { switchedAt: _, ...mp4 } = served(n, seq, real);
      return g.Mp4Stored({
        ...base(n, seq),
        latest: { generation: n, requestSeq: seq },
        ...mp4,
        latencyMs: 5,
      });
    },
    failed: (
      n: number,
      seq: number,
      code: Parameters<typeof g.GenerationFailed>[0]['code'] = 'i2v_failed',
      message = 'no',
    ) => g.GenerationFailed({ ...base(n, seq), latest: { generation: n, requestSeq: seq }, code, message }),
    cancelled: (n: number, seq: number) =>
      g.GenerationCancelled({
        ...base(n, seq),
        latest: { generation: n, requestSeq: seq },
        reason: 'requested',
        predicted: false,
      }),
    switched: (n: number, seq: number, real?: Bytes) => video.VideoSwitched(served(n, seq, real)),
    purged: (n: number, seq: number, announced = false) =>
      video.CachesPurged({ ...served(n, seq), announced, caches: [], unconfirmed: [] }),
    ready: (n: number, seq: number, real?: Bytes) =>
      video.GenerationReady({ ...served(n, seq, real), unconfirmed: [] }),
    charged: (n: number, seq: number, overage = false) =>
      ledger.GenerationCharged({
        commandId: command(n),
        assetId: id,
        projectId,
        generation: n,
        requestSeq: seq,
        overage,
        priceCents: overage ? 10 : 0,
      }),
  };
};

/** The facts of one delivery's life; with no asset it is one of a test event. */
export const deliveryStory = (n: number, id?: AssetId, projectId = PROJECT, sourceSeq = n) => {
  const about = {
    ...(id && { assetId: id, generation: 1, requestSeq: 1 }),
    projectId,
    deliveryId: `dlv_${n.toString(16).padStart(32, '0')}`,
    eventId: `evt_${n.toString(16).padStart(32, '0')}`,
    eventType: id ? ('asset.completed' as const) : ('asset.test' as const),
    sourceSeq,
  };
  return {
    ...about,
    dispatched: (attempt = 1) => delivery.WebhookDispatched({ ...about, attempt }),
    delivered: (attempt = 1) =>
      delivery.WebhookDelivered({ ...about, attempt, responseCode: 200, latencyMs: 5, responseBody: 'ok' }),
    failed: (attempt = 1, nextAttemptAt?: number) =>
      delivery.WebhookFailed({
        ...{ ...about, attempt, responseCode: 500, reason: 'answered with status 500', latencyMs: 5 },
        ...{ responseBody: 'oh no', nextAttemptAt },
      }),
    dead: (attempt = 1) => delivery.WebhookDeadLettered({ ...about, attempt, reason: 'no' }),
    held: (attempt = 0) => delivery.WebhookHeld({ ...about, attempt, reason: 'the endpoint is disabled' }),
    replayed: (attempt = 1) => delivery.WebhookReplayed({ ...about, attempt, commandId: command(7) }),
  };
};

/** Gives facts a place in a log. */
export const placed = (facts: readonly Fact[], subject = 'test'): Recorded[] =>
  facts.map((fact, index) => ({
    ...fact,
    meta: {
      id: `f${index + 1}`,
      stream: 'ASSETS',
      subject,
      seq: index + 1,
      ts: 1_790_000_000_000 + index,
      causeId: 'c',
    },
  }));
