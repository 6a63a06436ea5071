import { hexOf, type Planted } from '../../soak/support/planting.ts';

const PERIOD = '2026-11';
const PROJECT = `prj_${'b'.repeat(20)}`;
const OWNER = 'bench-owner';

/** Facts of one asset's life: a first generation from the ask to the announcement, with everything that a real one tells. */
export const FACTS_OF_AN_ASSET = 11;

/** The lives of `assets` assets, one after the other. */
export function* past(assets: number): Generator<Planted> {
  for (let n = 1; n <= assets; n++) yield* life(n, 1 + (n - 1) * FACTS_OF_AN_ASSET);
}

/** @param requestSeq sequence that the asset's first fact gets */
function* life(n: number, requestSeq: number): Generator<Planted> {
  const assetId = hexOf(`bench-${n}`);
  const commandId = `cmd_${hexOf(`command-${n}`)}`;
  const who = { assetId, projectId: PROJECT, ownerId: OWNER };
  const base = { ...who, period: PERIOD, generation: 1, requestSeq, commandId };
  const own = { ...base, latest: { generation: 1, requestSeq } };
  const sha256 = hexOf(`video-${n}`) + hexOf(`${n}-video`);
  const values = { motion: 'medium', mode: 'animate-in', dur_seconds: 4 };
  const video = {
    ...{
      key: `${assetId}/1/${sha256}.mp4`,
      sha256,
      bytes: 900_000,
      durationMs: 4_000,
      width: 1_280,
      height: 720,
    },
    ...{ loopMode: 'none', model: 'seedance', posterKey: `${assetId}/poster/${sha256}.jpg` },
  };
  const served = { ...who, generation: 1, requestSeq, ...video, switchedAt: 1_790_000_000_000 + n };
  const stage = { ...own, stage: 'single', attempt: 1 };
  const output = {
    key: `stages/${assetId}/1/single/1/${sha256}.mp4`,
    sha256,
    bytes: 900_000,
    latencyMs: 40_000,
  };
  const src = `https://images.example.com/products/${n}/front.jpg`;
  const resolved = { ...values, aspect: 'preserve', seed_asked: null, seed: n };
  const prompt = 'The camera moves slowly towards the product while light passes over it.';
  const of =
    (part: string, service: Planted['service']) =>
    (type: string, data: Planted['data']): Planted => ({
      ...{
        subject: `asset.${assetId.slice(0, 2)}.${assetId}.${part}`,
        service,
        type,
        data,
        cause: commandId,
      },
    });
  const [asked, made, shown] = [
    of('request', 'gateway'),
    of('generation', 'generator'),
    of('video', 'notifier'),
  ];
  const ask = {
    ...who,
    commandId,
    number: 1,
    period: PERIOD,
    src,
    asked: {},
    defaults: values,
    requestedBy: 'proxy',
  };
  yield asked('AssetPrepared', ask);
  yield made('GenerationQueued', { ...own, resolved, src, plan: 'pro', model: 'seedance', overage: false });
  yield made('VisionStarted', { ...own, attempt: 1 });
  yield made('VisionCompleted', { ...own, attempt: 1, prompt, provider: 'local', latencyMs: 900 });
  yield made('StageStarted', { ...stage, model: 'seedance', slug: 'bytedance/seedance-1-lite', prompt });
  yield made('PredictionCreated', { ...stage, predictionId: hexOf(`p-${n}`), adopted: false });
  yield made('StageCompleted', { ...stage, ...output });
  yield made('Mp4Stored', { ...own, ...video, latencyMs: 60_000 });
  yield shown('VideoSwitched', served);
  yield shown('CachesPurged', { ...served, announced: false, caches: [], unconfirmed: [] });
  yield shown('GenerationReady', { ...served, unconfirmed: [] });
}
