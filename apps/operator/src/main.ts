import { Command, CommanderError } from 'commander';
import { backupCommand } from './backup/backup-command.js';
import { restoreCommand } from './backup/restore-command.js';
import { OperatorError } from './connections.js';
import { deadCommand } from './dead/dead-command.js';
import { lagCommand } from './lag/lag-command.js';
import { planCommand } from './plan/plan-command.js';
import { replayCommand } from './replay/replay-command.js';
import { resetPasswordCommand } from './reset-password/reset-password-command.js';
import { traceCommand } from './trace/trace-command.js';
import { usageCommand } from './usage/usage-command.js';
import { verifyCommand } from './verify/verify-command.js';

const commands = [
  traceCommand(),
  verifyCommand(),
  replayCommand(),
  lagCommand(),
  deadCommand(),
  planCommand(),
  resetPasswordCommand(),
  usageCommand(),
  backupCommand(),
  restoreCommand(),
];

const program = new Command('ops')
  .description('Operate a Zoetrope installation')
  .addHelpText('after', '\nExit codes: 0 fine, 1 not so or not done, 2 wrong use or no connection.');

/** Wrong use ends here like everything else, in this command and those below it. */
const catching = (command: Command): Command => {
  command.exitOverride().showHelpAfterError('(add --help for what it takes)');
  command.commands.forEach(catching);
  return command;
};

const exitCodeOf = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof OperatorError ? error.exitCode : 2;
};

for (const command of commands) program.addCommand(command);
try {
  await catching(program).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  // Commander has told its own errors already.
  if (!(error instanceof CommanderError))
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
