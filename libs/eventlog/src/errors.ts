/** The log could not be reached, or the outcome of an append could not be learnt, within its time. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** A message that is no fact of ours: no `ce-type`, or data that its schema refuses. */
export class NotAFact extends Error {
  override readonly name = 'NotAFact';
}

/** A fact of a kind or version that this process has no schema or upcaster for: it may be newer than the process. */
export class UnknownVersion extends Error {
  override readonly name = 'UnknownVersion';
}

/** A service tried to append a fact that contracts give to another writer, or outside its streams. */
export class NotTheWriter extends Error {
  override readonly name = 'NotTheWriter';
}
