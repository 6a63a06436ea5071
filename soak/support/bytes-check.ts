import { createHash } from 'node:crypto';
import type { Fact } from './raw-log.ts';
import type { Results } from './results.ts';

/** What each proxy URL streams is what the log announced last; one that has no video yet streams none. */
export async function checkBytes(
  assets: readonly Fact[],
  results: Results,
  sample: readonly { readonly assetId: string; readonly mp4Url: string }[],
): Promise<void> {
  const announced = new Map(
    assets
      .filter(({ type }) => type === 'GenerationReady')
      .map(({ data }) => [String(data.assetId), String(data.sha256)]),
  );
  const wrong: string[] = [];
  for (const { mp4Url, assetId } of sample) {
    const answer = await fetch(mp4Url);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const found = answer.status === 200 ? sha256 : undefined;
    if (found !== announced.get(assetId)) wrong.push(`${assetId} ${answer.status}`);
  }
  results.figure('videos fetched and compared', sample.length);
  results.rule('the proxy URL streams the announced bytes', wrong);
}
