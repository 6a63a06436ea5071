import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import type { GatewayConfig } from '../config.js';
import { Directory } from '../directory/directory.js';
import type { Project } from '../directory/project.js';
import { ApiError } from '../http/api-error.js';
import { type ProxyAsk, parseProxyUrl } from './parse.js';
import { isAllowedSource } from './source.js';

/** A proxy URL that may be answered. */
export interface Admitted {
  readonly ask: ProxyAsk;
  readonly project: Project;
}

/** Who may ask for what: malformed 400, unknown key 403, source not allowed 403, in this order. */
@Injectable()
export class Admission {
  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly directory: Directory,
  ) {}

  /** @throws ApiError 400, 403 */
  admit(rawUrl: string): Admitted {
    const parsed = parseProxyUrl(rawUrl, this.config.PUBLIC_URL);
    if (!parsed.ok) throw new ApiError('malformed', { message: parsed.message });
    const { ask } = parsed;
    const project = this.directory.projectByKey(ask.proxyKey);
    if (project === undefined) throw new ApiError('unknown_project_key');
    // No process keeps signing secrets yet, so no signature can be right: closed, never open.
    if (project.signingEnabled) throw new ApiError('invalid_signature');
    if (!isAllowedSource(ask.source, project.allowedOrigins, this.config.PUBLIC_URL)) {
      throw new ApiError('origin_not_in_allowlist');
    }
    return { ask, project };
  }
}
