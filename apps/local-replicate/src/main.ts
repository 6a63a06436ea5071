import 'reflect-metadata';
import { readConfig } from './config.js';
import { startServer } from './server.js';

/** Does something once, for whichever of several reasons comes first. */
function once(action: () => Promise<void>): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    void action();
  };
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const { app, port } = await startServer(config);
  const stop = once(async () => {
    await app.close();
    process.exit(0);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (config.ZOETROPE_EXIT_WITH_PARENT === '1') process.stdin.on('end', stop).on('error', stop).resume();
  process.stdout.write(`${JSON.stringify({ ready: true, port })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`local-replicate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
