import { Controller, HttpCode, Param, Post, Put } from '@nestjs/common';
import {
  ProxyConfigAnswer,
  ProxyConfigBody,
  RotateKeyAnswer,
  RotateKeyQuery,
} from '@zoetrope/contracts/api/projects';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { JsonBody, ValidQuery } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { projectView } from './project-view.js';
import { ProxyAccess } from './proxy-access.js';

/** Who may use a project's proxy URLs, and how. */
@Controller('api/projects/:id')
export class ProxyAccessController {
  constructor(private readonly access: ProxyAccess) {}

  @Put('proxy-config')
  @Documented({
    summary: 'Origins, defaults, limits and signing of the proxy URL; what is left out stays',
    body: ProxyConfigBody,
    answer: { status: 200, schema: ProxyConfigAnswer },
    errors: [
      'validation_failed',
      'origin_not_allowed',
      'not_found',
      'body_too_large',
      'unsupported_media_type',
    ],
  })
  async configure(
    @Param('id') id: string,
    @JsonBody(ProxyConfigBody) body: z.infer<typeof ProxyConfigBody>,
    @CurrentCaller() { userId }: Caller,
  ) {
    const { project, secret } = await this.access.configure({ id, ownerId: userId }, body);
    return { ...projectView(project), ...(secret !== undefined && { signing_secret: secret }) };
  }

  @Post('keys/rotate')
  @HttpCode(200)
  @Documented({
    summary:
      'A new proxy key or signing secret, shown once; the old one works 7 more days unless `revoke=now`',
    query: RotateKeyQuery,
    answer: { status: 200, schema: RotateKeyAnswer },
    errors: ['validation_failed', 'origin_not_allowed', 'not_found'],
  })
  async rotate(
    @Param('id') id: string,
    @ValidQuery(RotateKeyQuery) { which, revoke }: z.infer<typeof RotateKeyQuery>,
    @CurrentCaller() { userId }: Caller,
  ): Promise<z.infer<typeof RotateKeyAnswer>> {
    const owned = { id, ownerId: userId };
    if (which === 'proxy') return { proxy_key: await this.access.rotateKey(owned, revoke === 'now') };
    return { signing_secret: await this.access.rotateSecret(owned, revoke === 'now') };
  }
}
