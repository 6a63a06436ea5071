import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where things lie in the data folder. */
export const folders = (dataDir: string) => ({
  inputs: join(dataDir, 'inputs'),
  outputs: join(dataDir, 'outputs'),
  files: join(dataDir, 'files'),
  fixtures: join(dataDir, 'fixtures'),
});

/** Writes a file that is either whole and on disk, or not there at all. */
export async function writeDurably(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
