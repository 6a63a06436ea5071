const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What a run found: figures for the reader, violations for the exit code. */
export class Results {
  readonly #figures: [string, string][] = [];
  readonly #violations: string[] = [];
  readonly #began = performance.now();

  /** One line of what goes on, with the seconds since the start. */
  note(text: string): void {
    say(`${((performance.now() - this.#began) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  }

  figure(name: string, value: string | number): void {
    this.#figures.push([name, String(value)]);
  }

  violation(text: string): void {
    this.#violations.push(text);
    this.note(`VIOLATION ${text}`);
  }

  /** A rule about many things: one violation that counts those that break it and names a few. */
  rule(text: string, broken: readonly string[]): void {
    const some = broken.slice(0, 3).join('; ');
    if (broken.length > 0) this.violation(`${text}: ${broken.length} times not so (${some})`);
  }

  get broken(): boolean {
    return this.#violations.length > 0;
  }

  print(): void {
    const width = Math.max(...this.#figures.map(([name]) => name.length), 0);
    say('');
    for (const [name, value] of this.#figures) say(`  ${name.padEnd(width)}  ${value}`);
    say('');
    for (const text of this.#violations) say(`  VIOLATION ${text}`);
    say(this.broken ? `  ${this.#violations.length} violations` : '  no violation');
  }
}

/** `12.3/s` */
export const rate = (count: number, ms: number): string => `${((count * 1000) / ms).toFixed(1)}/s`;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
