import { Inject, Injectable } from '@nestjs/common';
import { AssetPrepared } from '@zoetrope/contracts/facts/request';
import { ProjectCreated, ProxyKeyRotated } from '@zoetrope/contracts/facts/tenant';
import type { ProxyKey } from '@zoetrope/contracts/ids';
import { assetSubject, projectSubject } from '@zoetrope/contracts/subjects';
import { buildProxyUrl } from '@zoetrope/domain/proxy-url';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { Pool } from 'pg';
import type { NotifierConfig } from '../config.js';
import { DATABASE } from '../database.js';

const FORMATS = ['mp4', 'jpg'] as const;
const ASSETS_OF_PROJECT = 'select id from views.asset where project_id = $1';

/** The addresses that pages embed: what caches may hold that know addresses only. */
@Injectable()
export class EmbeddedUrls {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: NotifierConfig,
    @Inject(DATABASE) private readonly pool: Pool,
  ) {}

  /** Video and poster of one asset, under every key that its project ever had: caches do not ask whether it is valid. */
  async ofAsset(assetId: string, projectId: string): Promise<string[]> {
    return this.#urls(assetId, await this.#keys(projectId));
  }

  async ofProject(projectId: string): Promise<string[]> {
    const keys = await this.#keys(projectId);
    const { rows } = await this.pool.query<{ id: string }>(ASSETS_OF_PROJECT, [projectId]);
    const urls: string[] = [];
    for (const { id } of rows) urls.push(...(await this.#urls(id, keys)));
    return urls;
  }

  async #urls(assetId: string, keys: readonly ProxyKey[]): Promise<string[]> {
    const prepared = await this.log.first(assetSubject(assetId, 'request'));
    if (!prepared || !AssetPrepared.is(prepared)) return []; // deleted long ago, and purged then
    const { src, asked } = prepared.data;
    const { PUBLIC_URL: publicUrl } = this.config;
    return keys.flatMap((proxyKey) =>
      FORMATS.map((format) => buildProxyUrl({ publicUrl, proxyKey, src, asked, format })),
    );
  }

  async #keys(projectId: string): Promise<ProxyKey[]> {
    const facts = await this.log.readCurrent(projectSubject(projectId));
    return facts.flatMap((fact) =>
      ProjectCreated.is(fact) || ProxyKeyRotated.is(fact) ? [fact.data.proxyKey] : [],
    );
  }
}
