import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import {
  seal,
  sealingKeys,
  signingSecretContext,
  unseal,
  webhookSecretContext,
} from '@zoetrope/platform/sealing';
import { DataSource } from 'typeorm';
import type { GatewayConfig } from '../config.js';

interface SealedRow {
  readonly id: string;
  readonly project_id: string;
  readonly secret_encrypted: string;
}

interface SealedTable {
  readonly name: string;
  readonly id: string;
  readonly context: (row: SealedRow) => string;
}

/** Every table with a column `secret_encrypted`. */
const TABLES: readonly SealedTable[] = [
  {
    name: 'secrets.webhook_secret',
    id: 'project_id',
    context: ({ project_id }) => webhookSecretContext(project_id),
  },
  {
    name: 'secrets.replaced_webhook_secret',
    id: 'id',
    context: ({ project_id }) => webhookSecretContext(project_id),
  },
  {
    name: 'secrets.signing_secret',
    id: 'id',
    context: ({ id, project_id }) => signingSecretContext(project_id, id),
  },
];

/**
 * Looks at every sealed secret once at start, so that a wrong ZOETROPE_SECRET_KEY is told then and not by an embed
 * that fails; what opens only under the previous key is sealed under the current one, so that the previous can go.
 */
@Injectable()
export class SealedRows implements OnModuleInit {
  private readonly logger = new Logger(SealedRows.name);
  private readonly keys: ReturnType<typeof sealingKeys>;

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    private readonly database: DataSource,
  ) {
    this.keys = sealingKeys(config);
  }

  /** @throws Error when none of the secrets opens: then the key is wrong, not a row */
  async onModuleInit(): Promise<void> {
    const counts = { fine: 0, renewed: 0, broken: 0 };
    for (const table of TABLES) {
      const rows: SealedRow[] = await this.database.query(
        `SELECT ${table.id} AS id, project_id, secret_encrypted FROM ${table.name}`,
      );
      for (const row of rows) counts[await this.look(table, row)] += 1;
    }
    if (counts.renewed > 0)
      this.logger.log(`${counts.renewed} secrets sealed anew: ZOETROPE_SECRET_KEY_PREVIOUS can be removed`);
    if (counts.broken > 0 && counts.fine + counts.renewed === 0)
      throw new Error(
        `ZOETROPE_SECRET_KEY opens none of the ${counts.broken} secrets in the database: set it to what it was, ` +
          'or set ZOETROPE_SECRET_KEY_PREVIOUS to that',
      );
  }

  private async look(table: SealedTable, row: SealedRow): Promise<'fine' | 'renewed' | 'broken'> {
    const { secret_encrypted: sealed } = row;
    const context = table.context(row);
    if (opens(() => unseal(this.keys[0], sealed, context)) !== undefined) return 'fine';
    const secret = opens(() => unseal(this.keys, sealed, context));
    if (secret === undefined) {
      this.logger.error(`the secret of ${row.project_id} in ${table.name} does not open; rotate it`);
      return 'broken';
    }
    await this.database.query(
      `UPDATE ${table.name} SET secret_encrypted = $1 WHERE ${table.id} = $2 AND secret_encrypted = $3`,
      [seal(this.keys[0], secret, context), row.id, sealed],
    );
    return 'renewed';
  }
}

function opens(open: () => string): string | undefined {
  try {
    return open();
  } catch {
    return undefined; // told by the caller, for the row
  }
}
