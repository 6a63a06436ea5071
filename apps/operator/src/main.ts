import { Command } from 'commander';
import { planCommand } from './plan/plan-command.js';
import { resetPasswordCommand } from './reset-password/reset-password-command.js';
import { traceCommand } from './trace/trace-command.js';
import { usageCommand } from './usage/usage-command.js';

const program = new Command('ops')
  .description('Operate a Zoetrope installation')
  .showHelpAfterError()
  .addCommand(traceCommand())
  .addCommand(planCommand())
  .addCommand(resetPasswordCommand())
  .addCommand(usageCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
