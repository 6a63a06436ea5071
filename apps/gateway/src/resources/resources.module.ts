import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { openObjectStore } from '@zoetrope/objects/open';
import { CONFIG } from '@zoetrope/platform/config';
import { DataSource } from 'typeorm';
import type { GatewayConfig } from '../config.js';
import { openDatabase } from '../database/open-database.js';
import { SecretsPool } from '../database/secrets-pool.js';
import { OBJECTS } from './tokens.js';

/** What every feature may inject: the TypeORM DataSource, migrated, the SecretsPool beside it, and the object store (`@Inject(OBJECTS)`). */
@Global()
@Module({
  providers: [
    {
      provide: DataSource,
      inject: [CONFIG],
      useFactory: (config: GatewayConfig) => openDatabase(config.DATABASE_URL),
    },
    SecretsPool,
    { provide: OBJECTS, inject: [CONFIG], useFactory: (config: GatewayConfig) => openObjectStore(config) },
  ],
  exports: [DataSource, SecretsPool, OBJECTS],
})
export class ResourcesModule implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.database.isInitialized) await this.database.destroy();
  }
}
