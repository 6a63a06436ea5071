import { Inject, Injectable } from '@nestjs/common';
import type { PrepareAsked } from '@zoetrope/contracts/parameters';
import type { Project } from '@zoetrope/domain/project';
import { buildProxyUrl, signedText } from '@zoetrope/domain/proxy-url';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { hmacHex, SIGNED_FOR_S } from '@zoetrope/platform/proxy-signing';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { SigningSecrets } from './signing-secrets.js';

/** The addresses of one asset's video and poster. */
export interface EmbedUrls {
  readonly mp4_url: string;
  readonly poster_url: string;
}

/** Gives the addresses of an asset, by its source and its parameters as asked at prepare. */
export type EmbedOf = (src: string, asked: PrepareAsked) => EmbedUrls;

/** The proxy URLs that we hand out ourselves, in the mode of their project (PRODUCT 3.1). */
@Injectable()
export class Embeds {
  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly secrets: SigningSecrets,
  ) {}

  /**
   * For any number of assets of one project; in signed mode all end 24 hours from now.
   * @throws ApiError 500 in signed mode without a secret: an address that nobody may open helps nobody
   */
  async of(project: Project): Promise<EmbedOf> {
    const secret = project.signingEnabled ? await this.secrets.current(project) : undefined;
    if (project.signingEnabled && secret === undefined) throw new ApiError('internal');
    const exp = Math.floor(this.clock.now() / 1_000) + SIGNED_FOR_S;
    const { proxyKey } = project;
    return (src, asked) => {
      const sig = secret && hmacHex(secret, signedText({ proxyKey, src, exp, asked }));
      const parts = {
        publicUrl: this.config.PUBLIC_URL,
        proxyKey,
        src,
        asked,
        signed: sig ? { exp, sig } : undefined,
      };
      return {
        mp4_url: buildProxyUrl({ ...parts, format: 'mp4' }),
        poster_url: buildProxyUrl({ ...parts, format: 'jpg' }),
      };
    };
  }
}
