import { STREAMS, type StreamName } from '@zoetrope/contracts/streams';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { brokerTime, copyStream, type StreamCopy } from '@zoetrope/eventlog/stream-backup';
import { openFileStore } from '@zoetrope/objects/files';
import { openObjectStore } from '@zoetrope/objects/open';
import { Command } from 'commander';
import { withDatabase, withLog } from '../connections.js';
import { BackupFolder } from './backup-folder.js';
import { copyObjects } from './copy-objects.js';
import { dumpSecrets } from './secrets-dump.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `ops backup <folder>`: log, secrets and objects as they are now, while everything runs. */
export const backupCommand = (): Command =>
  new Command('backup')
    .description('copy the log, the schema secrets and the objects into a folder, while everything runs')
    .argument('<folder>', 'a new folder; it will hold secrets')
    .option('--no-objects', 'leave the objects to a backup of your bucket, made after this one')
    .addHelpText('after', '\nExample:\n  npm run ops -- backup /var/backups/zoetrope-2026-11-22')
    .action((folder: string, options: { objects: boolean }) => backUp(new BackupFolder(folder), options));

/**
 * The log first, stream by stream, and then what it names: every object that a fact of the backup needs was stored
 * before that fact, and accounts come after the facts that need them. A restore cuts all streams at the time of the first.
 */
async function backUp(folder: BackupFolder, options: { objects: boolean }): Promise<void> {
  await folder.begin();
  const copied = await withLog(async (log) => {
    const at = await brokerTime(log);
    return { at, streams: await copyStreams(log, folder) };
  });
  await folder.writeSecrets((write) =>
    withDatabase(async (database) => say(`secrets: ${await dumpSecrets(database, write)} rows`)),
  );
  if (options.objects) {
    const [from, to] = [await openObjectStore(process.env), await openFileStore(folder.objects)];
    say(`objects: ${await copyObjects(from, to)} copied`);
  }
  await folder.finish({ format: 1, ...copied });
  say(`as of ${new Date(copied.at).toISOString()}`);
}

async function copyStreams(
  log: EventLog,
  folder: BackupFolder,
): Promise<Partial<Record<StreamName, StreamCopy>>> {
  const streams: Partial<Record<StreamName, StreamCopy>> = {};
  for (const name of Object.keys(STREAMS) as StreamName[]) {
    await folder.writing(folder.stream(name), async (write) => {
      streams[name] = await copyStream(log, name, write);
    });
    say(`${name}: ${streams[name]?.state.messages} messages`);
  }
  return streams;
}
