/** `npm start`: everything from nothing, in one terminal. */
import path from 'node:path';
import { bootstrap, underNode24 } from './bootstrap.mjs';
import { Problem, reportFailure, root, surviveClosedOutput } from './run.mjs';
import { StatusLines } from './status-lines.mjs';

/** npm passes Ctrl-C on although the terminal sent it already: what comes this close is one key press. */
const samePressMs = 700;
const say = (line = '') => process.stdout.write(`${line}\n`);
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const portWanted = () => {
  const text = process.env.PORT || '4000';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Problem(`PORT=${text} is not a port: use a number from 1 to 65535`);
  return port;
};

/** Calls `first` on the first request to stop and `again` on a later one. */
const onStop = (first, again) => {
  let firstAt = 0;
  const stop = () => {
    if (firstAt === 0) {
      firstAt = Date.now();
      first();
    } else if (Date.now() - firstAt > samePressMs) again();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  // Without a terminal (nohup, a service manager) a hang-up is no wish to stop; Node drops nohup's "ignore".
  process.on('SIGHUP', () => (process.stdout.isTTY ? stop() : undefined));
  process.on('disconnect', stop); // the Node 20 that started us is gone
};

const seedDemo = async (system) => {
  const { seed } = await import('../libs/embedded/dist/seed.js');
  return seed({
    url: system.url,
    password: system.secrets.demoPassword,
    operatorEntry: path.join(root, 'apps', 'operator', 'dist', 'main.js'),
    operatorEnv: {
      ...process.env,
      NATS_URL: system.natsUrl,
      DATABASE_URL: system.databaseUrl,
      ZOETROPE_DATA: system.dataDir,
    },
  });
};

const tellWhatToTry = (system, demo) => {
  const { publicUrl, secrets } = system;
  say(`  ${publicUrl}`);
  if (demo.failed) return say(`  ${demo.failed}`);
  say(
    `  sign in      ${demo.email}  ${demo.sample ? secrets.demoPassword : '(with the password you gave it)'}`,
  );
  if (!demo.sample) return;
  const { assetId, projectKey, mp4Url } = demo.sample;
  say(`  the sample   ${mp4Url}`);
  say();
  say('  Make it again, in place, and watch:');
  say(`    curl -c cookie.txt ${publicUrl}/api/user/signin -H 'Content-Type: application/json' \\`);
  say(`      -d '{"email":"${demo.email}","password":"${secrets.demoPassword}"}'`);
  say(
    `    curl -b cookie.txt ${publicUrl}/api/assets/${assetId}/regenerate -H 'Content-Type: application/json' \\`,
  );
  say(`      -d '{"motion":"kinetic","dur_seconds":6}'`);
  say(`    curl -N ${publicUrl}/v1/${projectKey}/events/${assetId}`);
  say('  or: npm run demo');
};

const start = async () => {
  const began = performance.now();
  const port = portWanted();
  const abort = new AbortController();
  const lines = new StatusLines();
  let system;
  const shutDown = async () => {
    lines.begin();
    await system.stop();
    say('  stopped; everything is kept, npm start brings it back');
    process.exit(0);
  };
  onStop(
    () => (system ? void shutDown() : abort.abort()),
    () => process.exit(130), // children end by themselves when we are gone
  );
  const { startSystem } = await import('../libs/embedded/dist/system.js');
  const dataDir = path.resolve(process.env.ZOETROPE_DATA || path.join(root, '.zoetrope'));
  say(`Zoetrope, data in ${path.relative(process.cwd(), dataDir) || '.'}`);
  const onStatus = (status) => lines.show(status);
  const options = {
    dataDir,
    port,
    host: process.env.HOST,
    publicUrl: process.env.PUBLIC_URL,
    onStatus,
    abort: abort.signal,
  };
  const started = await startSystem(options).catch((error) => {
    if (!abort.signal.aborted) throw error;
    say('  stopped');
    process.exit(0);
  });
  // Everything else works without the demo account, so its failure is told and no more.
  const demo = await seedDemo(started).catch((error) => ({ failed: error.message }));
  system = started;
  if (abort.signal.aborted) return shutDown();
  lines.settle();
  say();
  tellWhatToTry(system, demo);
  if (!process.env.ZOETROPE_EGRESS_ALLOW)
    say('  Sources and webhooks may reach loopback addresses here (ZOETROPE_EGRESS_ALLOW).');
  say(`  Ready in ${seconds(began)}. Ctrl-C stops everything and keeps it.`);
};

surviveClosedOutput();
try {
  await bootstrap();
  const code = await underNode24(import.meta.filename);
  if (code === undefined) await start();
  else process.exitCode = code;
} catch (error) {
  reportFailure(error);
  process.exit(1);
}
