import { z } from 'zod';

/** 32 hex characters of SHA-256 over what was asked (PRODUCT 3.1): a name fixed at birth. */
export const AssetId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'AssetId'>();
export type AssetId = z.infer<typeof AssetId>;

export const ProjectId = z
  .string()
  .regex(/^prj_[0-9a-z]{20}$/)
  .brand<'ProjectId'>();
export type ProjectId = z.infer<typeof ProjectId>;

/** Characters of any id that a path may name; what has others names nothing, and PostgreSQL takes no NUL. */
export const PathId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);

/** A user's id as better-auth makes it; safe as one NATS subject token. */
export const OwnerId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .brand<'OwnerId'>();
export type OwnerId = z.infer<typeof OwnerId>;

export const ProxyKey = z
  .string()
  .regex(/^pk_[0-9A-Za-z]{24}$/)
  .brand<'ProxyKey'>();
export type ProxyKey = z.infer<typeof ProxyKey>;

/** Names a signing secret of a project; the secret itself is in PostgreSQL only. */
export const SigningSecretId = z
  .string()
  .regex(/^sec_[0-9a-f]{32}$/)
  .brand<'SigningSecretId'>();
export type SigningSecretId = z.infer<typeof SigningSecretId>;

/** Names one command for ever; derived from caller and Idempotency-Key, else random. */
export const CommandId = z
  .string()
  .regex(/^cmd_[0-9a-f]{32}$/)
  .brand<'CommandId'>();
export type CommandId = z.infer<typeof CommandId>;

/** A UTC month, `yyyy-mm`. */
export const Period = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  .brand<'Period'>();
export type Period = z.infer<typeof Period>;

/** 1 for the first; the n-th accepted or refused ask of an asset. */
export const GenerationNumber = z.number().int().min(1);

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The UTC month of an instant in Unix milliseconds. */
export const periodOf = (ts: number): Period => Period.parse(new Date(ts).toISOString().slice(0, 7));

/** When a period ends and the next one starts, Unix milliseconds. */
export const periodEnd = (period: Period): number => {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return Date.UTC(year, month, 1);
};
