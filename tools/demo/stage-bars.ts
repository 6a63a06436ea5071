const WIDTH = 30;

/** What an event says of how far a stage is, 0 to 1; undefined leaves the bar as it is. */
const fraction = (name: string, progress?: number): number | undefined => {
  if (name.endsWith('_completed') || name === 'ready' || name === 'cache_purged') return 1;
  // A provider may say 100 % before its output is here: the bar is full once the stage is completed.
  if (name === 'stage_progress') return progress === undefined ? undefined : Math.min(progress, 0.99);
  return name.endsWith('_started') ? 0 : undefined;
};

const label = (name: string, stage?: string): string | undefined => {
  if (name.startsWith('vision')) return 'vision';
  if (name === 'r2_write_completed') return 'store';
  return name === 'cache_purged' ? 'purge' : stage;
};

/** One bar for each stage: redrawn in place on a terminal, a line for each finished stage elsewhere. */
export class StageBars {
  private current = '';
  private readonly started = Date.now();

  show(name: string, event: { stage?: string; progress?: number }): void {
    const stage = label(name, event.stage);
    const part = fraction(name, event.progress);
    if (stage === undefined || part === undefined) return;
    const line = this.line(stage, part);
    if (!process.stdout.isTTY) {
      if (part === 1) process.stdout.write(`${line}\n`);
      return;
    }
    if (this.current && this.current !== stage) process.stdout.write('\n');
    this.current = part === 1 ? '' : stage;
    process.stdout.write(`\r${line}${part === 1 ? '\n' : ''}`);
  }

  end(): void {
    if (this.current) process.stdout.write('\n');
  }

  private line(stage: string, part: number): string {
    const full = Math.round(part * WIDTH);
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
    const elapsed = ((Date.now() - this.started) / 1000).toFixed(1);
    return `  ${stage.padEnd(8)} ${bar} ${String(Math.round(part * 100)).padStart(3)} %  ${elapsed.padStart(5)} s`;
  }
}
