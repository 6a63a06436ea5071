import { openObjectStore } from '@zoetrope/objects/open';
import { loadConfig } from '@zoetrope/platform/config';
import { runService } from '@zoetrope/platform/service';
import { generatorConfig } from './config.js';
import { generatorModule } from './generator.module.js';

const config = loadConfig(generatorConfig);
const objects = await openObjectStore(config);
await runService({ name: 'generator', module: generatorModule(objects), config });
