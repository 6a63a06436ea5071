import { createParser } from 'eventsource-parser';

export interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly data?: Record<string, unknown>;
}

/** Reads an event stream frame by frame, as `curl -N` shows it, until `until` is true of what came; then hangs up. */
export async function readFrames(
  url: string,
  options: { until: (frames: Frame[]) => boolean; headers?: Record<string, string>; timeoutMs?: number },
): Promise<{ frames: Frame[]; headers: Headers }> {
  const hangUp = new AbortController();
  const timer = setTimeout(
    () => hangUp.abort(new Error(`nothing more from ${url}`)),
    options.timeoutMs ?? 30_000,
  );
  const response = await fetch(url, { headers: options.headers, signal: hangUp.signal });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
  const frames: Frame[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) =>
      frames.push({ id, event, data: JSON.parse(data) as Record<string, unknown> }),
  });
  try {
    for await (const chunk of response.body ?? []) {
      parser.feed(Buffer.from(chunk as Uint8Array).toString('utf8'));
      if (options.until(frames)) break;
    }
  } finally {
    clearTimeout(timer);
    hangUp.abort();
  }
  return { frames, headers: response.headers };
}
