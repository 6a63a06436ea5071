import { AssetId } from '@zoetrope/contracts/ids';
import { Command } from 'commander';
import { OperatorError, withLog } from '../connections.js';
import { printTimeline } from './print-timeline.js';
import { readTimeline } from './timeline.js';

/** `ops trace <assetId>`: everything the log says of one asset. */
export const traceCommand = (): Command =>
  new Command('trace')
    .description("one asset's timeline from the log")
    .argument('<assetId>', 'the asset, 32 hex characters')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nExample:\n  npm run ops -- trace 0123456789abcdef0123456789abcdef')
    .action(async (text: string, options: { json?: boolean }) => {
      const asset = AssetId.safeParse(text.toLowerCase());
      if (!asset.success) throw new OperatorError(`${text} is not an asset id (32 hex characters)`);
      const timeline = await withLog((log) => readTimeline(log, asset.data));
      if (timeline.length === 0) throw new OperatorError(`the log knows no asset ${asset.data}`);
      const lines = options.json ? timeline.map((fact) => JSON.stringify(fact)) : printTimeline(timeline);
      process.stdout.write(`${lines.join('\n')}\n`);
    });
