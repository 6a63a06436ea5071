import { createHash, randomInt } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { MAX_TOKENS, type TokenScope } from '@zoetrope/contracts/api/users';
import { PathId } from '@zoetrope/contracts/ids';
import { IDS, type Ids } from '@zoetrope/platform/clock';
import { type Prepared, SecretsPool } from '../database/secrets-pool.js';
import { formError } from '../http/api-error.js';
import { asUser, type User, type UserRow } from './user.js';

/** Who a token speaks for, and what it may. */
export interface TokenHolder {
  readonly user: User;
  readonly scope: TokenScope;
}

interface Found extends UserRow {
  readonly tokenId: string;
  readonly scope: TokenScope;
  readonly stale: boolean;
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly last_used_at: number | null;
  readonly created_at: number;
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** 40 of 62 letters: 238 bits. */
const LENGTH = 40;
const SHAPE = /^zt_[0-9A-Za-z]{40}$/;

const milliseconds = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

const FIND: Prepared = {
  name: 'token-find',
  text: `
    SELECT t.id AS "tokenId", t.scope, u.id, u.email, u.name, u."createdAt",
      t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute' AS stale
    FROM api_token t JOIN "user" u ON u.id = t.user_id WHERE t.hash = $1`,
};
const TOUCH: Prepared = {
  name: 'token-touch',
  text: `
    UPDATE api_token SET last_used_at = now()
    WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
};
const CREATE: Prepared = {
  name: 'token-create',
  text: `
    INSERT INTO api_token (id, user_id, name, scope, hash)
    SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM api_token WHERE user_id = $2) < $6
    RETURNING id`,
};
const LIST: Prepared = {
  name: 'token-list',
  text: `
    SELECT id, name, scope, floor(${milliseconds('last_used_at')}) AS last_used_at,
      floor(${milliseconds('created_at')}) AS created_at
    FROM api_token WHERE user_id = $1 ORDER BY api_token.created_at DESC, id`,
};
const REVOKE: Prepared = {
  name: 'token-revoke',
  text: 'DELETE FROM api_token WHERE id = $1 AND user_id = $2 RETURNING id',
};

/** No salt and no slow hash: 238 random bits cannot be guessed, and every call of a server hashes one. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const draw = (): string =>
  `zt_${Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;

/** Tokens that servers call with in a user's name. */
@Injectable()
export class ApiTokens implements OnApplicationShutdown {
  private readonly touching = new Map<string, Promise<unknown>>();

  constructor(
    private readonly database: SecretsPool,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.touching.values());
  }

  /** @throws ApiError 400 when the user has as many as there may be */
  async create(userId: string, asked: { name: string; scope: TokenScope }) {
    const token = draw();
    const id = `tok_${this.ids.hex(10)}`;
    const values = [id, userId, asked.name, asked.scope, hashOf(token), MAX_TOKENS];
    const made = await this.database.rows(CREATE, values);
    if (made.length === 0) throw formError(`there are ${MAX_TOKENS} tokens already: revoke one first`);
    return { token, id };
  }

  /** Newest first. */
  list(userId: string): Promise<Listed[]> {
    return this.database.rows<Listed>(LIST, [userId]);
  }

  /** Ends the token at all gateways with this statement. @returns false when the user has no such token */
  async revoke(userId: string, id: string): Promise<boolean> {
    if (!PathId.safeParse(id).success) return false;
    return (await this.database.rows(REVOKE, [id, userId])).length === 1;
  }

  /** Who the token speaks for, as PostgreSQL knows it now. */
  async find(token: string): Promise<TokenHolder | undefined> {
    if (!SHAPE.test(token)) return undefined;
    const [row] = await this.database.rows<Found>(FIND, [hashOf(token)]);
    if (!row) return undefined;
    if (row.stale) this.touch(row.tokenId);
    return { user: asUser(row), scope: row.scope };
  }

  /** Notes the use after the call has gone on; a note that is lost costs nothing but a minute's accuracy. */
  private touch(id: string): void {
    if (this.touching.has(id)) return;
    const noted = this.database
      .rows(TOUCH, [id])
      .catch(() => undefined)
      .finally(() => this.touching.delete(id));
    this.touching.set(id, noted);
  }
}
