/**
 * Loaded into every service of a soak that wants it (`NODE_OPTIONS=--import`, folder in ZOETROPE_INSIDE). On SIGUSR2 a
 * process writes what keeps it alive to `<pid>.json` there. While a file `disk-full` is there, the next object that is
 * put finds the disk full, once: whoever takes the file away is that one.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';

const folder = process.env.ZOETROPE_INSIDE;
const flag = `${folder}/disk-full`;
const objects = process.env.OBJECTS_DIR ? path.join(process.env.OBJECTS_DIR, 'tmp', 'put-') : undefined;

function tell() {
  const counts = {};
  for (const what of process.getActiveResourcesInfo()) counts[what] = (counts[what] ?? 0) + 1;
  const file = path.join(folder, `${process.pid}.json`);
  writeFileSync(`${file}.tmp`, JSON.stringify({ counts, heapUsed: process.memoryUsage().heapUsed }));
  renameSync(`${file}.tmp`, file);
}

function isFull() {
  try {
    rmSync(flag);
    return true;
  } catch {
    return false; // there is room, or somebody else has found it full
  }
}

function fillDiskOnce() {
  const { open } = promises;
  promises.open = async (file, ...how) => {
    const handle = await open(file, ...how);
    if (!String(file).startsWith(objects) || !isFull()) return handle;
    handle.write = async () => {
      writeFileSync(`${flag}.met`, String(file));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        syscall: 'write',
      });
    };
    return handle;
  };
  syncBuiltinESMExports();
}

if (folder && isMainThread) {
  process.on('SIGUSR2', tell);
  if (objects && process.argv[1]?.includes('generator')) fillDiskOnce();
}
