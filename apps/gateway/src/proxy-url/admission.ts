import { Inject, Injectable } from '@nestjs/common';
import type { Project } from '@zoetrope/domain/project';
import { signedText } from '@zoetrope/domain/proxy-url';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { isSigned } from '@zoetrope/platform/proxy-signing';
import type { GatewayConfig } from '../config.js';
import { Directory } from '../directory/directory.js';
import { ApiError } from '../http/api-error.js';
import { SigningSecrets } from '../signing/signing-secrets.js';
import { type ProxyAsk, parseProxyUrl } from './parse.js';
import { isAllowedSource } from './source.js';

/** A proxy URL that may be answered. */
export interface Admitted {
  readonly ask: ProxyAsk;
  readonly project: Project;
  /** Of a signed URL, Unix ms: no cache may use the answer from then on. */
  readonly expiresAt?: number;
}

/**
 * Who may ask for what: malformed 400, unknown key 403, then by the project's mode, either the allowlist or the
 * signature; neither opens a project of the other mode.
 */
@Injectable()
export class Admission {
  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: Directory,
    private readonly secrets: SigningSecrets,
  ) {}

  /** @throws ApiError 400, 403 */
  async admit(rawUrl: string): Promise<Admitted> {
    const parsed = parseProxyUrl(rawUrl, this.config.PUBLIC_URL);
    if (!parsed.ok) throw new ApiError('malformed', { message: parsed.message });
    const { ask } = parsed;
    const project = this.directory.projectByKey(ask.proxyKey);
    if (project === undefined) throw new ApiError('unknown_project_key');
    if (project.signingEnabled) return { ask, project, expiresAt: await this.signedUntil(ask, project) };
    if (!isAllowedSource(ask.source, project.allowedOrigins, this.config.PUBLIC_URL)) {
      throw new ApiError('origin_not_in_allowlist');
    }
    return { ask, project };
  }

  /** The signature is judged before its end is: who did not sign it learns nothing else. @throws ApiError 403 */
  private async signedUntil(ask: ProxyAsk, project: Project): Promise<number> {
    const { encoded, sig, exp, proxyKey, asked } = ask;
    if (encoded === undefined || sig === undefined || exp === undefined)
      throw new ApiError('invalid_signature');
    const text = signedText({ proxyKey, src: encoded, exp, asked });
    if (!isSigned(await this.secrets.accepted(project), text, sig)) throw new ApiError('invalid_signature');
    const expiresAt = exp * 1_000;
    if (expiresAt <= this.clock.now()) throw new ApiError('signature_expired');
    return expiresAt;
  }
}
