import { loadConfig } from '@zoetrope/platform/config';
import { runService } from '@zoetrope/platform/service';
import { gatewayConfig } from './config.js';
import { gatewayService } from './gateway-service.js';

await runService(gatewayService(loadConfig(gatewayConfig)));
