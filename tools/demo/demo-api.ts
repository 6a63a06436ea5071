import { createHash } from 'node:crypto';
import { SeedClient } from '@zoetrope/embedded/seed-client';
import { z } from 'zod';
import type { RunningSystem } from './running-system.ts';

const Project = z.object({ id: z.string(), name: z.string(), proxy_key: z.string() });
const Projects = z.object({ items: z.array(Project) });
const Upload = z.object({ url: z.string() });
const Prepared = z.object({
  asset_id: z.string(),
  status: z.string(),
  generation: z.number(),
  mp4_url: z.string(),
});
const Regenerated = z.object({ generation: z.number() });
const Detail = z.object({ asset: z.object({ duration_ms: z.number(), generation: z.number() }) });

export type PreparedAsset = z.infer<typeof Prepared>;

export interface Video {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly durationMs: number;
  readonly generation: number;
}

/** The calls of the demo, over the public API only. */
export class DemoApi {
  private readonly url: string;
  private readonly client: SeedClient;
  private readonly project: z.infer<typeof Project>;

  private constructor(url: string, client: SeedClient, project: z.infer<typeof Project>) {
    this.url = url;
    this.client = client;
    this.project = project;
  }

  static async signIn(system: RunningSystem): Promise<DemoApi> {
    const client = new SeedClient(system.url, 'the demo cannot go on');
    await client.post('/api/user/signin', { email: system.email, password: system.password }, z.unknown());
    const [project] = (await client.get('/api/projects', Projects)).items;
    return new DemoApi(
      system.url,
      client,
      project ?? (await client.post('/api/projects', { name: 'Demo' }, Project)),
    );
  }

  async upload(image: Uint8Array): Promise<string> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(image)]), 'image');
    return (await this.client.post('/api/v1/upload', form, Upload)).url;
  }

  /** Each run names an asset of its own, so that it always shows a first and a second video. */
  prepare(src: string, mode: string): Promise<PreparedAsset> {
    const idem = `demo-${Date.now()}`;
    return this.client.post('/api/v1/prepare', { project_id: this.project.id, src, mode, idem }, Prepared);
  }

  async regenerate(assetId: string, parameters: object): Promise<number> {
    return (await this.client.post(`/api/assets/${assetId}/regenerate`, parameters, Regenerated)).generation;
  }

  eventsUrl(assetId: string): string {
    return `${this.url}/v1/${this.project.proxy_key}/events/${assetId}`;
  }

  /** What the asset's URL streams now. */
  async video(asset: PreparedAsset): Promise<Video> {
    const response = await fetch(asset.mp4_url);
    if (response.status !== 200) throw new Error(`${asset.mp4_url} answered ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const detail = await this.client.get(`/api/assets/${asset.asset_id}`, Detail);
    return {
      bytes,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      durationMs: detail.asset.duration_ms,
      generation: detail.asset.generation,
    };
  }
}
