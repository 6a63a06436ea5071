const order = ['nats', 'postgres', 'local-replicate', 'quota', 'generator', 'notifier', 'gateway'];
const marks = { starting: '…', ready: '✓', died: '✗', stopping: '…', stopped: '·' };

const seconds = (ms) => (ms === undefined ? '' : `${(ms / 1000).toFixed(1)} s`);

const text = ({ part, state, ms, detail }) =>
  `  ${marks[state]} ${part.padEnd(16)} ${[state, seconds(ms), detail].filter(Boolean).join('  ')}`;

/**
 * Shows what each part is doing: on a terminal one line per part, rewritten in place while starting; else a
 * plain line for each change that matters. After `settle` every change is a line of its own.
 */
export class StatusLines {
  #out;
  #live;
  #latest = new Map();
  #drawn = 0;

  constructor(out = process.stdout) {
    this.#out = out;
    this.#live = Boolean(out.isTTY);
  }

  show(status) {
    if (!this.#live) {
      if (status.state !== 'starting' && status.state !== 'stopping') this.#out.write(`${text(status)}\n`);
      return;
    }
    this.#latest.set(status.part, status);
    const parts = order.filter((part) => this.#latest.has(part));
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
    const width = (this.#out.columns || 80) - 1;
    const lines = parts.map((part) => `\x1b[K${text(this.#latest.get(part)).slice(0, width)}\n`);
    this.#out.write(up + lines.join(''));
    this.#drawn = parts.length;
  }

  /** What is drawn stays; from now on new lines. */
  settle() {
    this.#live = false;
  }

  /** Begins a new block, rewritten in place, for stopping. */
  begin() {
    this.#live = Boolean(this.#out.isTTY);
    this.#drawn = 0;
    this.#latest.clear();
  }
}
