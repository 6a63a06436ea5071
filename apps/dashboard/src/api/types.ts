import type { paths } from './schema.js';

type Ok<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  responses: infer R;
}
  ? {
      [S in keyof R]: S extends 200 | 201 | 202
        ? R[S] extends { content: { 'application/json': infer B } }
          ? B
          : never
        : never;
    }[keyof R]
  : never;

export type AssetDetail = Ok<'/api/assets/{id}', 'get'>;
export type Asset = AssetDetail['asset'];
export type Generation = AssetDetail['generations'][number];
export type Project = Ok<'/api/projects/{id}', 'get'>;
export type Me = Ok<'/api/user/me', 'get'>;
export type Timeline = Ok<'/api/assets/{id}/timeline', 'get'>;
export type TimelineEvent = Timeline['items'][number];
export type Purges = Ok<'/api/assets/{id}/purges', 'get'>;
export type Webhooks = Ok<'/api/projects/{id}/webhooks', 'get'>;
export type Delivery = Ok<'/api/projects/{id}/webhooks/deliveries', 'get'>['items'][number];
export type Inbox = Ok<'/api/projects/{id}/webhooks/inbox', 'get'>;
export type Token = Ok<'/api/user/tokens', 'get'>['items'][number];
export type UsageDay = Ok<'/api/user/usage', 'get'>['items'][number];
export type Forecast = Extract<Ok<'/api/projects/{id}/regenerate', 'post'>, { dry_run: true }>;
export type ManyDone = Exclude<Ok<'/api/projects/{id}/regenerate', 'post'>, { dry_run: true }>;

export type Motion = Asset['motion'];
export type Mode = Asset['mode'];
export type Aspect = Asset['aspect'];

/** What a regenerate may say; what is left out stays. */
export interface Regenerate {
  motion?: Motion;
  mode?: Mode;
  dur_seconds?: number;
  prompt_override?: string;
  seed?: number | null;
}
