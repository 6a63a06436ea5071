/** `npm run screenshots`: every page of the dashboard in light, dark and on a phone, into docs/screenshots. */
import { bootstrap, underNode24 } from './bootstrap.mjs';
import { installChromium } from './chromium.mjs';
import { reportFailure } from './run.mjs';

try {
  await bootstrap();
  await installChromium();
  const code = await underNode24(import.meta.filename);
  if (code === undefined) await (await import('./screenshots/take.mjs')).takeAll();
  else process.exitCode = code;
} catch (error) {
  reportFailure(error);
  process.exit(1);
}
