const BAR = 20;

/** `mm:ss`, as tqdm writes it. */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}

/** One line in the form of tqdm, which Replicate's clients parse (`parseProgressFromLogs`). */
export function progressLine(done: number, total: number, elapsedMs: number): string {
  const part = total === 0 ? 1 : done / total;
  const bar = '█'.repeat(Math.floor(part * BAR)).padEnd(BAR);
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const left = rate > 0 ? (total - done) / rate : 0;
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `${percent}%|${bar}| ${done}/${total} [${clock(elapsedMs / 1000)}<${clock(left)}, ${rate.toFixed(2)}it/s]\n`;
}
