import type { Logger } from 'pino';

/** Shutdown must be over by then, ms; what still runs is cut off (its work is redelivered). */
const SHUTDOWN_MS = 5_000;
/** Room for the last log lines after handlers had their grace. */
const MARGIN_MS = 500;

/**
 * Ends the process well: SIGTERM and SIGINT stop it in order, a second signal or the deadline at once; so does the
 * end of stdin under ZOETROPE_EXIT_WITH_PARENT=1, which is how a launcher that was killed leaves nobody behind. An
 * unhandled rejection ends it with exit code 1: its state is unknown, and another copy or a restart goes on.
 */
export function liveUntilStopped(logger: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const end = async (why: string, code: number) => {
    if (stopping) return process.exit(code || 1);
    stopping = true;
    logger.info(`stopping: ${why}`);
    setTimeout(() => process.exit(code || 1), SHUTDOWN_MS + MARGIN_MS).unref();
    try {
      await stop();
      process.exit(code);
    } catch (error) {
      logger.error({ err: error }, 'shutdown failed');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void end('SIGTERM', 0));
  process.on('SIGINT', () => void end('SIGINT', 0));
  crashOnUnhandled(logger);
  if (process.env.ZOETROPE_EXIT_WITH_PARENT === '1') {
    process.stdin.on('end', () => void end('parent is gone', 0));
    process.stdin.on('error', () => void end('parent is gone', 0));
    process.stdin.resume();
  }
}

/** One line in the log, then exit code 1. */
export function crashOnUnhandled(logger: Logger): void {
  const crash = (what: string) => (error: unknown) => {
    logger.fatal({ err: error }, what);
    process.exit(1);
  };
  process.on('unhandledRejection', crash('unhandled rejection'));
  process.on('uncaughtException', crash('uncaught exception'));
}
