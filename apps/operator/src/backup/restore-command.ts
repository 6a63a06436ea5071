import { createReadStream } from 'node:fs';
import { STREAMS, type StreamName } from '@zoetrope/contracts/streams';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { cutStream, markEpoch, putBackStream } from '@zoetrope/eventlog/stream-backup';
import { openFileStore } from '@zoetrope/objects/files';
import { openObjectStore } from '@zoetrope/objects/open';
import { Command } from 'commander';
import { OperatorError, withDatabase, withLog } from '../connections.js';
import { confirmed } from '../terminal/confirm.js';
import { BackupFolder, type BackupManifest } from './backup-folder.js';
import { copyObjects } from './copy-objects.js';
import { putBackSecrets } from './secrets-dump.js';

interface Options {
  readonly yes?: boolean;
  readonly objects: boolean;
  readonly markOnly?: boolean;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** Alarms are told apart by what they find; what they were set for may have gone. All else is as at one moment. */
const NOT_CUT = new Set<StreamName>(['TIMERS', 'DEADLETTERS']);

/** `ops restore <folder>`: puts a backup back in place of what there is, with every service stopped. */
export const restoreCommand = (): Command =>
  new Command('restore')
    .description(
      'put a backup back in place of what there is; stop every service first, not NATS and PostgreSQL',
    )
    .argument('[folder]', 'of ops backup')
    .option('--yes', 'really: what was written since the backup is lost')
    .option('--no-objects', 'leave the objects as they are')
    .option(
      '--mark-only',
      'the log was put back by other means (a copied folder, a volume): only give it a new epoch',
    )
    .addHelpText('after', '\nExample:\n  npm run ops -- restore /var/backups/zoetrope-2026-11-22 --yes')
    .action(async (folder: string | undefined, options: Options) => {
      if (!(await confirmed(question(options), options))) throw new OperatorError('nothing was changed');
      if (options.markOnly) await mark();
      else await restore(new BackupFolder(folder ?? ''), options);
    });

const question = ({ markOnly }: Options): string =>
  markOnly
    ? 'Everybody who remembers a place in the log begins anew. Is every service stopped?'
    : 'This replaces the log and the secrets, and what was written since the backup is lost. Is every service stopped?';

async function mark(): Promise<void> {
  const epoch = new Date().toISOString();
  await withLog(async (log) => {
    for (const name of Object.keys(STREAMS) as StreamName[]) await markEpoch(log, name, epoch);
  });
  say(`the log's epoch is ${epoch}: start the services`);
}

async function restore(folder: BackupFolder, options: Options): Promise<void> {
  const manifest = await folder.manifest();
  const rows = await folder.secrets();
  await withDatabase(async (database) => say(`secrets: ${await putBackSecrets(database, rows)} rows`));
  await withLog((log) => putBackStreams(log, folder, manifest));
  if (options.objects) {
    const [from, to] = [await openFileStore(folder.objects), await openObjectStore(process.env)];
    say(`objects: ${await copyObjects(from, to)} put back`);
  }
  say(`as of ${new Date(manifest.at).toISOString()}: start the services`);
}

async function putBackStreams(log: EventLog, folder: BackupFolder, { at, streams }: BackupManifest) {
  const epoch = new Date().toISOString();
  for (const [name, copy] of Object.entries(streams) as [StreamName, (typeof streams)['ASSETS']][]) {
    if (!copy) continue;
    await putBackStream(
      log,
      copy,
      createReadStream(folder.stream(name), { highWaterMark: 128 * 1024 }),
      epoch,
    );
    const cut = NOT_CUT.has(name) ? 0 : await cutStream(log, name, at);
    say(`${name}: ${copy.state.messages - cut} messages${cut > 0 ? `, ${cut} later ones cut off` : ''}`);
  }
}
