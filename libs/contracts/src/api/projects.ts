import { z } from 'zod';
import { Brand } from '../brand.js';
import { AssetId } from '../ids.js';
import { Defaults, DurSeconds, Mode, Motion } from '../parameters.js';
import { Text } from '../text.js';
import { WebhookEventType } from '../webhook-events.js';

export const ProjectName = Text.trim().min(1).max(120);
export const CreateProjectBody = z.strictObject({ name: ProjectName });
export const PatchProjectBody = z.strictObject({ name: ProjectName.optional() });

const hasScheme = (entry: string): boolean => /^https?:\/\//i.test(entry);
const parsed = (entry: string): URL | null => URL.parse(hasScheme(entry) ? entry : `https://${entry}`);

/** A single label such as `com` is everybody's. Numbers and short forms of addresses have their dots once parsed. */
function namesOneOwner(entry: string): boolean {
  const host = parsed(entry)?.hostname.replace(/\.$/, '') ?? '';
  return host === 'localhost' || host.startsWith('[') || /[^.]\.[^.]/.test(host);
}

/** One spelling for one origin: lower case, ASCII, no default port, no dot or slash at the end. */
function normalised(entry: string): string {
  const url = parsed(entry);
  if (!url) return entry;
  url.hostname = url.hostname.replace(/\.$/, '');
  return hasScheme(entry) ? url.origin : url.host;
}

/** `https://host`, `http://host:port` or a bare host: the origin, or the parent domain, of allowed sources. */
export const AllowedOrigin = Text.trim()
  .max(300)
  .regex(/^(https?:\/\/)?[^\s/?#@\\*]+\/?$/i, 'an origin such as https://images.example.com or a domain')
  .refine(namesOneOwner, 'a host needs a dot, or is localhost or an IP address')
  .transform(normalised);

/** At most 50 (PRODUCT 2); the same one twice counts once. */
const AllowedOrigins = z
  .array(AllowedOrigin)
  .max(50)
  .transform((entries) => [...new Set(entries)]);

export const ProxyConfigBody = z.strictObject({
  allowed_origins: AllowedOrigins.optional(),
  default_motion: Motion.optional(),
  default_mode: Mode.optional(),
  default_dur_seconds: DurSeconds.optional(),
  enable_signing: z.boolean().optional(),
  auto_generate: z.boolean().optional(),
  new_assets_per_minute: z.number().int().min(0).max(10_000).optional(),
});

export const BillingBody = z.strictObject({
  overage_enabled: z.boolean(),
  overage_cap: z.number().int().min(0).max(1_000_000).nullable().optional(),
});

const LogoUrl = Text.max(2048).refine(
  (value) => /^https?:\/\//i.test(value) && URL.canParse(value),
  'must be an http or https address',
);
export const BrandBody = Brand.extend({ logoUrl: LogoUrl.optional() });

export const ProjectView = z.object({
  id: z.string(),
  name: z.string(),
  proxy_key: z.string(),
  defaults: Defaults,
  allowed_origins: z.array(z.string()),
  signing_enabled: z.boolean(),
  auto_generate: z.boolean(),
  new_assets_per_minute: z.number().int(),
  overage_enabled: z.boolean(),
  overage_cap: z.number().int().nullable(),
  brand: Brand.nullable(),
  webhook_url: z.string().nullable(),
  webhook_events: z.array(WebhookEventType),
  webhooks_enabled: z.boolean(),
  created_at: z.number().int(),
});
export type ProjectView = z.infer<typeof ProjectView>;
/** `signing_secret`: only in the answer that minted it. */
export const ProxyConfigAnswer = ProjectView.extend({ signing_secret: z.string().optional() });

/** `revoke=now`: the old one, and everything older, stops at once. */
export const RotateKeyQuery = z.object({
  which: z.enum(['proxy', 'signing']),
  revoke: z.literal('now').optional(),
});
export const RotateKeyAnswer = z.union([
  z.object({ proxy_key: z.string() }),
  z.object({ signing_secret: z.string() }),
]);
export const ProjectListQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const ProjectList = z.object({ items: z.array(ProjectView), next_cursor: z.string().nullable() });

/** Whose prompt would be written: the brand as it may be saved, over the picture of one of the project's assets. */
export const BrandPreviewBody = z.strictObject({
  brand: BrandBody.nullable(),
  asset_id: AssetId,
  motion: Motion.optional(),
});
/** `provider`: which vision wrote it (local, anthropic, replicate). Nothing is kept or charged. */
export const BrandPreviewAnswer = z.object({ prompt: z.string(), provider: z.string() });
