/**
 * Runs work in this process for at most `ms`. Work that ignores its signal is left behind: it must not hold up what
 * comes after it.
 * @throws `late()` when the time is over
 */
export async function withinTime<T>(
  ms: number,
  late: () => Error,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(late());
    limit.abort();
  }, ms);
  try {
    return await Promise.race([run(AbortSignal.any([outer, limit.signal])), over]);
  } finally {
    clearTimeout(timer);
  }
}
