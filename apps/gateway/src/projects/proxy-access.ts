import { Inject, Injectable } from '@nestjs/common';
import type { ProxyConfigBody } from '@zoetrope/contracts/api/projects';
import { ProxyConfigChanged, ProxyKeyRotated, SigningSecretRotated } from '@zoetrope/contracts/facts/tenant';
import type { SigningSecretId } from '@zoetrope/contracts/ids';
import { type Project, stillValid } from '@zoetrope/domain/project';
import { CLOCK, type Clock, IDS, type Ids } from '@zoetrope/platform/clock';
import type { z } from 'zod';
import { Directory } from '../directory/directory.js';
import { fieldError } from '../http/api-error.js';
import { SigningSecrets } from '../signing/signing-secrets.js';
import { Projects } from './projects.js';

/** How long what was rotated out still works, since embeds must never break (PRODUCT 2), ms. */
export const OVERLAP_MS = 7 * 24 * 60 * 60 * 1_000;
/** Each old secret is one more HMAC for every request, so rotating in a loop must end somewhere. */
const MOST_OVERLAPPING = 10;

type ProxyConfig = z.infer<typeof ProxyConfigBody>;

/** Whose project, by its id and the caller who must own it. */
export interface Owned {
  readonly id: string;
  readonly ownerId: string;
}

/** What opens a project's proxy URLs: its key, its mode, its signing secret. */
@Injectable()
export class ProxyAccess {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
    private readonly projects: Projects,
    private readonly directory: Directory,
    private readonly secrets: SigningSecrets,
  ) {}

  /**
   * Changes what was sent. @returns `secret`: the one minted because signing was turned on for the first time
   * @throws ApiError 404
   */
  async configure(
    { id, ownerId }: Owned,
    body: ProxyConfig,
  ): Promise<{ readonly project: Project; readonly secret?: string }> {
    const before = this.directory.ownProject(id, ownerId);
    // The secret comes first: a project that asks for signatures must never be without one.
    const needed = body.enable_signing === true && before.signingSecretId === undefined;
    const minted = needed ? await this.secrets.mint(before.id) : undefined;
    const project = await this.projects.change(id, ownerId, (now) =>
      configured(now, body, now.signingSecretId ? undefined : minted?.id),
    );
    // Somebody else may have turned it on meanwhile: then theirs counts, and was shown to them.
    return { project, secret: minted && project.signingSecretId === minted.id ? minted.secret : undefined };
  }

  /** @returns the new proxy key. @throws ApiError 404, 400 when too many old ones still work */
  async rotateKey({ id, ownerId }: Owned, revoke: boolean): Promise<string> {
    const proxyKey = this.ids.proxyKey();
    await this.projects.change(id, ownerId, (now) => {
      this.mayOverlap(revoke, now.previousKeys);
      const overlapUntil = this.overlapUntil(revoke);
      return ProxyKeyRotated({ projectId: now.id, ownerId: now.ownerId, proxyKey, overlapUntil });
    });
    return proxyKey;
  }

  /** @returns the new signing secret, also while signing is off. @throws as `rotateKey` */
  async rotateSecret({ id, ownerId }: Owned, revoke: boolean): Promise<string> {
    const before = this.directory.ownProject(id, ownerId);
    this.mayOverlap(revoke, before.previousSecrets);
    const minted = await this.secrets.mint(before.id);
    const project = await this.projects.change(id, ownerId, (now) => {
      this.mayOverlap(revoke, now.previousSecrets);
      const what = { signingSecretId: minted.id, overlapUntil: this.overlapUntil(revoke) };
      return SigningSecretRotated({ projectId: now.id, ownerId: now.ownerId, ...what });
    });
    await this.secrets.sweep(project);
    return minted.secret;
  }

  private overlapUntil(revoke: boolean): number | null {
    return revoke ? null : this.clock.now() + OVERLAP_MS;
  }

  private mayOverlap(revoke: boolean, older: Project['previousKeys'] | Project['previousSecrets']): void {
    if (revoke || stillValid<string>(older, this.clock.now()).length < MOST_OVERLAPPING) return;
    throw fieldError(
      'revoke',
      `${MOST_OVERLAPPING} older ones still work; rotate with revoke=now to end them`,
    );
  }
}

function configured({ id: projectId, ownerId }: Project, body: ProxyConfig, minted?: SigningSecretId) {
  if (Object.keys(body).length === 0) return undefined;
  return ProxyConfigChanged({
    projectId,
    ownerId,
    allowedOrigins: body.allowed_origins,
    defaultMotion: body.default_motion,
    defaultMode: body.default_mode,
    defaultDurSeconds: body.default_dur_seconds,
    signingEnabled: body.enable_signing,
    autoGenerate: body.auto_generate,
    newAssetsPerMinute: body.new_assets_per_minute,
    signingSecretId: minted,
  });
}
