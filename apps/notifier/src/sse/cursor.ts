/** Where a client stands: the log it read and the stream sequence of the last event it has. */
export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
}

/** The log's epoch: another one means that the sequences of a remembered cursor are of another log. */
export const epochOf = (created: string): string => Date.parse(created).toString(36);

export const formatCursor = ({ epoch, seq }: Cursor): string => `${epoch}-${seq}`;

/** @returns undefined for anything that `formatCursor` never wrote */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, seq] = /^([0-9a-z]{1,16})-(0|[1-9]\d{0,14})$/.exec(text) ?? [];
  return epoch && seq ? { epoch, seq: Number(seq) } : undefined;
}
