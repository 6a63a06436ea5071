/** One frame of an event stream. */
export interface Frame {
  readonly event: string;
  readonly data: string;
  /** Set by this very frame. */
  readonly id?: string;
}

/** Parses `text/event-stream` (HTML standard, section 9.2.6), in pieces cut anywhere. */
export class EventStreamParser {
  /** What a `retry:` line asked for, ms. */
  retryMs: number | undefined;
  private rest = '';
  private isFirst = true;
  private event = '';
  private data: string[] = [];
  private id: string | undefined;

  /** The frames that this piece completes. */
  push(piece: string): Frame[] {
    let text = this.rest + piece;
    if (this.isFirst && text !== '') {
      this.isFirst = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    // A carriage return at the end may be half of a pair.
    const lines = text.replace(/\r\n|\r(?!$)/g, '\n').split('\n');
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.take(line) ?? []);
  }

  private take(line: string): Frame | undefined {
    if (line === '') return this.dispatch();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') this.event = value;
    if (field === 'data') this.data.push(value);
    if (field === 'id' && !value.includes('\0')) this.id = value;
    if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  private dispatch(): Frame | undefined {
    const { event, data, id } = this;
    [this.event, this.data, this.id] = ['', [], undefined];
    if (data.length === 0) return undefined;
    return { event: event || 'message', data: data.join('\n'), ...(id !== undefined && { id }) };
  }
}
