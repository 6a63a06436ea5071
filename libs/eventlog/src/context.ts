import { AsyncLocalStorage } from 'node:async_hooks';

/** What a unit of work carries through its awaits: copied to every append, alarm and log line made in it. */
export interface WorkContext {
  /** The caller's X-Request-Id, for correlation only. */
  readonly requestId?: string;
  /** W3C Trace Context. */
  readonly traceparent?: string;
  readonly assetId?: string;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** The context of the work that is running, or an empty one. */
export const currentContext = (): WorkContext => storage.getStore() ?? {};

/** Adds to the running work what was found out on the way; what began inside it before does not hear of it. */
export const noteInContext = (found: Partial<WorkContext>): void => {
  Object.assign(storage.getStore() ?? {}, found);
};

/** Runs `work` with `context` laid over the current one. */
export const runInContext = <T>(context: WorkContext, work: () => T): T =>
  storage.run({ ...currentContext(), ...context }, work);
