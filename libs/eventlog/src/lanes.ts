type Task = () => Promise<void>;

/** Runs tasks, at most `limit` at once; those of one lane one at a time and in order. */
export class Lanes {
  private readonly waiting = new Map<string, Task[]>();
  private readonly ready: string[] = [];
  private running = 0;

  constructor(private readonly limit: number) {}

  /** @param task must not reject: it settles its own message */
  add(lane: string, task: Task): void {
    const queue = this.waiting.get(lane);
    if (queue) {
      queue.push(task);
      return;
    }
    this.waiting.set(lane, [task]);
    this.ready.push(lane);
    this.start();
  }

  private start(): void {
    while (this.running < this.limit) {
      const lane = this.ready.shift();
      if (lane === undefined) return;
      const task = this.waiting.get(lane)?.shift();
      if (task) void this.run(lane, task);
    }
  }

  private async run(lane: string, task: Task): Promise<void> {
    this.running++;
    try {
      await task();
    } finally {
      this.running--;
      // The lane stays in the map while its task runs: that is what makes the next one wait.
      if (this.waiting.get(lane)?.length) this.ready.push(lane);
      else this.waiting.delete(lane);
      this.start();
    }
  }
}

/** The token of a subject that names what must stay in order: the asset, the owner, the project or the caller. */
export function laneOf({ subject }: { subject: string }): string {
  const [kind, first = '', second = ''] = subject.split('.');
  return kind === 'asset' || kind === 'due' ? second : first;
}
