import { endProcess, pidsWithEnvironment } from './pids.js';

/** Set in every child of a launcher to its data folder, so that leftovers are known by it. */
export const childMark = 'ZOETROPE_CHILD_OF';

/** How long leftovers may finish their work before they are killed, in milliseconds. */
const graceMs = 8_000;

/**
 * Ends what a killed launcher left running on this data folder and resolves to how many there were. Call it
 * with the folder's lock held: then no living launcher owns them. Children of children carry the mark too.
 */
export const endOrphans = async (dataDir: string): Promise<number> => {
  const pids = pidsWithEnvironment(childMark, dataDir);
  await Promise.all(pids.map((pid) => endProcess(pid, 'SIGTERM', graceMs)));
  return pids.length;
};
