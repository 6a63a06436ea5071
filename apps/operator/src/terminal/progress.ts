const BAR = 24;
/** Least time between two pictures, ms. */
const EVERY_MS = 100;

const whole = (n: number): string => Math.round(n).toLocaleString('en');

/** `1 h 02 min`, `3 min 20 s`, `14 s`. */
export function duration(seconds: number): string {
  const s = Math.ceil(seconds);
  if (s < 60) return `${s} s`;
  const pad = (n: number) => String(n).padStart(2, '0');
  if (s < 3_600) return `${Math.floor(s / 60)} min ${pad(s % 60)} s`;
  return `${Math.floor(s / 3_600)} h ${pad(Math.floor((s % 3_600) / 60))} min`;
}

/** How far something is: a bar, its share, its rate and the time left. `seconds` since it began. */
export function progressLine(name: string, done: number, total: number, seconds: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * BAR);
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 && done < total ? `, ${duration((total - done) / rate)} left` : '';
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
  return `${name} ${bar} ${Math.floor(share * 100)} %  ${whole(done)} of ${whole(total)}, ${whole(rate)}/s${left}`;
}

/** A line that is drawn again and again on standard error, and only where that is a terminal. */
export class Progress {
  private readonly began = performance.now();
  private drawn = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly name: string,
    private readonly out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  ) {}

  show(done: number, total: number): void {
    const now = performance.now();
    if (!this.out.isTTY || now - this.drawn < EVERY_MS) return;
    this.drawn = now;
    this.out.write(`\r\u001b[K${progressLine(this.name, done, total, (now - this.began) / 1_000)}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.out.isTTY) this.out.write('\r\u001b[K');
  }
}
