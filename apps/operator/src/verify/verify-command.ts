import { openObjectStore } from '@zoetrope/objects/open';
import { Command, InvalidArgumentError } from 'commander';
import { OperatorError, setting, withDataSource } from '../connections.js';
import { Progress } from '../terminal/progress.js';
import { printVerified } from './print-verified.js';
import { RawLog } from './raw-log.js';
import { type Verified, Verify } from './verify.js';

interface Options {
  readonly url?: string;
  readonly objects: boolean;
  readonly urls: boolean;
  readonly settleSeconds: number;
  readonly json?: boolean;
}

const seconds = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('a whole number of seconds');
  return Number(text);
};

/** `ops verify`: folds the log independently of the projectors and holds everything against it. */
export const verifyCommand = (): Command =>
  new Command('verify')
    .description('fold the log anew and compare every row, ledger, object and served URL with it')
    .option('--url <origin>', 'the gateway to ask (default: GATEWAY_URL, else PUBLIC_URL)')
    .option('--no-objects', 'leave the objects out')
    .option('--no-urls', 'leave the URLs out')
    .option('--settle-seconds <n>', 'how long an end may take to reach its ledger', seconds, 30)
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  npm run ops -- verify --json | jq .differences\n\nExit codes: 0 no difference, 1 some, 2 it could not look.',
    )
    .action(async (options: Options) => {
      const verified = await run(options);
      const lines = options.json ? [JSON.stringify(verified)] : printVerified(verified);
      process.stdout.write(`${lines.join('\n')}\n`);
      if (verified.differences.length > 0) process.exitCode = 1;
    });

/** The settings of the object store, as the services read them. */
async function store(env: NodeJS.ProcessEnv) {
  const { S3_ENDPOINT, S3_BUCKET, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, OBJECTS_DIR } = env;
  const S3_FORCE_PATH_STYLE = env.S3_FORCE_PATH_STYLE ? env.S3_FORCE_PATH_STYLE === 'true' : undefined;
  const s3 = { S3_ENDPOINT, S3_BUCKET, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY };
  return openObjectStore({ ...s3, S3_FORCE_PATH_STYLE, OBJECTS_DIR }).catch((error: Error) => {
    throw new OperatorError(`${error.message} (or leave the objects out: --no-objects)`, 2);
  });
}

async function run(options: Options): Promise<Verified> {
  const { env } = process;
  const gateway = options.urls ? (options.url ?? env.GATEWAY_URL ?? setting('PUBLIC_URL')) : undefined;
  const objects = options.objects ? await store(env) : undefined;
  const log = await RawLog.open(setting('NATS_URL'));
  const progress = new Progress('verify');
  try {
    return await withDataSource((database) =>
      new Verify({
        ...{ log, database, objects, gateway, env },
        settleMs: options.settleSeconds * 1_000,
        onStep: (_, done, total) => progress.show(done, total),
      }).run(),
    );
  } finally {
    progress.end();
    await log.close();
  }
}
