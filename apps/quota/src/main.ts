import { loadConfig, serviceConfig } from '@zoetrope/platform/config';
import { runService } from '@zoetrope/platform/service';
import { QuotaModule } from './quota.module.js';

await runService({ name: 'quota', module: QuotaModule, config: loadConfig(serviceConfig) });
