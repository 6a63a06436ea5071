/**
 * At most one read of a key under way and one waiting. A caller never gets a read that began before it asked:
 * that one may have seen what was true earlier, and a request after an announcement must not.
 */
export class SharedReads<V> {
  private readonly reads = new Map<string, { running: Promise<V>; next?: Promise<V> }>();

  constructor(private readonly read: (key: string) => Promise<V>) {}

  get(key: string): Promise<V> {
    const current = this.reads.get(key);
    if (current === undefined) return this.start(key);
    current.next ??= current.running.then(
      () => this.start(key),
      () => this.start(key),
    );
    return current.next;
  }

  private start(key: string): Promise<V> {
    const entry: { running: Promise<V>; next?: Promise<V> } = { running: this.read(key) };
    this.reads.set(key, entry);
    const end = () => {
      // A waiting read puts itself here when it starts.
      if (this.reads.get(key) === entry && entry.next === undefined) this.reads.delete(key);
    };
    entry.running.then(end, end);
    return entry.running;
  }
}
