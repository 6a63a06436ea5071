import { loadConfig } from '@zoetrope/platform/config';
import { runService } from '@zoetrope/platform/service';
import { notifierConfig } from './config.js';
import { NotifierModule } from './notifier.module.js';
import { Presence } from './presence.js';

const config = loadConfig(notifierConfig);
const { app, port } = await runService({
  name: 'notifier',
  module: NotifierModule.with(),
  config,
  database: true,
});
await app.get(Presence).announce(port);
