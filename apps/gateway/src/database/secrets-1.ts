import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Schema `secrets`, backed up with the log and never in it: better-auth's tables as its 1.7 defines them
 * (checked against the installed version by a test) and the secrets of projects.
 */
export class Secrets1700000000001 implements MigrationInterface {
  readonly name = 'Secrets1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE secrets."user" (
        "id" text NOT NULL PRIMARY KEY,
        "name" text NOT NULL,
        "email" text NOT NULL UNIQUE,
        "emailVerified" boolean NOT NULL,
        "image" text,
        "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
        "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
      );
      CREATE TABLE secrets."session" (
        "id" text NOT NULL PRIMARY KEY,
        "expiresAt" timestamptz NOT NULL,
        "token" text NOT NULL UNIQUE,
        "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
        "updatedAt" timestamptz NOT NULL,
        "ipAddress" text,
        "userAgent" text,
        "userId" text NOT NULL REFERENCES secrets."user" ("id") ON DELETE CASCADE
      );
      CREATE TABLE secrets."account" (
        "id" text NOT NULL PRIMARY KEY,
        "accountId" text NOT NULL,
        "providerId" text NOT NULL,
        "userId" text NOT NULL REFERENCES secrets."user" ("id") ON DELETE CASCADE,
        "accessToken" text,
        "refreshToken" text,
        "idToken" text,
        "accessTokenExpiresAt" timestamptz,
        "refreshTokenExpiresAt" timestamptz,
        "scope" text,
        "password" text,
        "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
        "updatedAt" timestamptz NOT NULL
      );
      CREATE TABLE secrets."verification" (
        "id" text NOT NULL PRIMARY KEY,
        "identifier" text NOT NULL,
        "value" text NOT NULL,
        "expiresAt" timestamptz NOT NULL,
        "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
        "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
      );
      CREATE INDEX "session_userId_idx" ON secrets."session" ("userId");
      CREATE INDEX "account_userId_idx" ON secrets."account" ("userId");
      CREATE INDEX "verification_identifier_idx" ON secrets."verification" ("identifier");
      CREATE TABLE secrets.webhook_secret (
        project_id text NOT NULL PRIMARY KEY,
        secret_encrypted text NOT NULL,
        created_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA secrets CASCADE; CREATE SCHEMA secrets;');
  }
}
