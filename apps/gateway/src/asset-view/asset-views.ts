import { Injectable } from '@nestjs/common';
import type { AssetDetail, AssetList, AssetStatus } from '@zoetrope/contracts/api/assets';
import { RowSet } from '@zoetrope/projections/row-set';
import { RowStore } from '@zoetrope/projections/row-store';
import type { AssetRow, ChargeRow, GenerationRow } from '@zoetrope/projections/rows';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { Directory } from '../directory/directory.js';
import { ApiError } from '../http/api-error.js';
import { type EmbedOf, Embeds } from '../signing/embed-urls.js';
import { FreshRows } from './fresh-rows.js';
import { assetView, generationView, type ServedGeneration } from './views.js';

/** Generations of one page of an asset's detail (PRODUCT 3.3). */
const GENERATIONS = 50;
/** Largest number of a generation that PostgreSQL's int holds. */
const MAX_INT = 2 ** 31 - 1;

export interface ListAssets {
  readonly status?: z.infer<typeof AssetStatus>;
  /** Assets created before this sequence; undefined: from the newest. */
  readonly before?: number;
  readonly limit: number;
}

interface WithCharge {
  generation: GenerationRow;
  charge: ChargeRow | null;
}

/** Assets as their owner reads them, from PostgreSQL's views. */
@Injectable()
export class AssetViews {
  constructor(
    private readonly database: DataSource,
    private readonly directory: Directory,
    private readonly fresh: FreshRows,
    private readonly embeds: Embeds,
  ) {}

  /**
   * One asset with a page of its generations, newest first, as the log has it now.
   *
   * @param before generations below this number; undefined: from the newest
   * @throws ApiError 404
   */
  async detail(assetId: string, before?: number): Promise<z.infer<typeof AssetDetail>> {
    const ahead = await this.fresh.since(assetId);
    const asset = ahead.get('asset', assetId) ?? (await this.row('asset', assetId));
    if (asset === undefined || asset.deleted) throw new ApiError('not_found');
    const page = await this.page(assetId, before, ahead);
    const served = await this.served(asset, page, ahead);
    const shown = page.slice(0, GENERATIONS);
    const last = shown.at(-1)?.generation.number;
    return {
      asset: assetView(asset, served, await this.embed(asset.project_id)),
      generations: shown.map(({ generation, charge }) => generationView(generation, charge ?? undefined)),
      generations_cursor: page.length > GENERATIONS && last !== undefined ? String(last) : null,
    };
  }

  /** One generation, as the log has it now; undefined when its number was never asked for. */
  async generation(assetId: string, number: number): Promise<GenerationRow | undefined> {
    const ahead = await this.fresh.since(assetId);
    return ahead.get('generation', assetId, number) ?? (await this.row('generation', assetId, number));
  }

  /** A page of a project's assets, newest first. */
  async list(projectId: string, { status, before, limit }: ListAssets): Promise<z.infer<typeof AssetList>> {
    const rows: { asset: AssetRow; served: ServedGeneration | null }[] = await this.database.query(
      `SELECT to_jsonb(a) AS asset, to_jsonb(g) AS served
       FROM views.asset a
       LEFT JOIN views.generation g ON g.asset_id = a.id AND g.number = (a.video->>'generation')::int
       WHERE a.project_id = $1 AND NOT a.deleted AND ($2::text IS NULL OR a.status = $2)
         AND a.created_seq < $3
       ORDER BY a.created_seq DESC LIMIT $4`,
      [projectId, status ?? null, before ?? Number.MAX_SAFE_INTEGER, limit + 1],
    );
    const shown = rows.slice(0, limit);
    const embed = await this.embed(projectId);
    return {
      items: shown.map(({ asset, served }) => assetView(asset, served ?? undefined, embed)),
      next_cursor: rows.length > limit ? String(shown.at(-1)?.asset.created_seq) : null,
    };
  }

  private embed(projectId: string): Promise<EmbedOf> {
    const project = this.directory.project(projectId);
    if (project === undefined) throw new ApiError('not_found');
    return this.embeds.of(project);
  }

  /** One more than a page, so that it is known whether another follows. */
  private async page(assetId: string, before: number | undefined, ahead: RowSet): Promise<WithCharge[]> {
    const below = Math.min(before ?? MAX_INT, MAX_INT);
    const rows: WithCharge[] = await this.database.query(
      `SELECT to_jsonb(g) AS generation, to_jsonb(c) AS charge
       FROM views.generation g
       LEFT JOIN views.charge c ON c.asset_id = g.asset_id AND c.generation = g.number
       WHERE g.asset_id = $1 AND g.number < $2 ORDER BY g.number DESC LIMIT $3`,
      [assetId, below, GENERATIONS + 1],
    );
    const merged = new Map(rows.map((row) => [row.generation.number, row]));
    for (const generation of ahead.changes('generation')) {
      const charge = merged.get(generation.number)?.charge ?? null;
      if (generation.number < below) merged.set(generation.number, { generation, charge });
    }
    const newestFirst = [...merged.values()].sort((a, b) => b.generation.number - a.generation.number);
    return newestFirst.slice(0, GENERATIONS + 1);
  }

  private async served(
    { id, video }: AssetRow,
    page: readonly WithCharge[],
    ahead: RowSet,
  ): Promise<ServedGeneration | undefined> {
    if (video === null) return undefined;
    const { generation: number } = video;
    const known = page.find(({ generation }) => generation.number === number)?.generation;
    return known ?? ahead.get('generation', id, number) ?? (await this.row('generation', id, number));
  }

  private async row(table: 'asset', id: string): Promise<AssetRow | undefined>;
  private async row(table: 'generation', id: string, number: number): Promise<GenerationRow | undefined>;
  private async row(table: 'asset' | 'generation', ...key: (string | number)[]) {
    const rows = new RowSet();
    await new RowStore(this.database).load(rows, [{ table, key }]);
    return rows.get(table, ...key);
  }
}
