import type { Probe } from '../../apps/gateway/src/testing/strangers.ts';

/** Times of two calls that were made in turns, ms, and how their answers differed, if they did. */
export interface Compared {
  readonly times: readonly [number[], number[]];
  readonly unequal?: string;
}

export interface Difference {
  /** Of the second call. */
  readonly medianMs: number;
  /** By how much the first call's median is above it. */
  readonly percent: number;
  readonly unequal?: string;
}

/** Makes both calls `calls` times each, in turns and with the order drawn anew each turn, so that drift hits both. */
export async function compare(
  url: string,
  pair: readonly [Probe, Probe],
  headers: Record<string, string>,
  calls: number,
): Promise<Compared> {
  const times: [number[], number[]] = [[], []];
  let unequal: string | undefined;
  for (let turn = 0; turn < calls; turn++) {
    const order = Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const);
    const said: [string, string] = ['', ''];
    for (const which of order) {
      const began = performance.now();
      said[which] = await call(url, pair[which], headers);
      times[which].push(performance.now() - began);
    }
    if (said[0] !== said[1]) unequal ??= `${said[0]} | ${said[1]}`;
  }
  return { times, unequal };
}

async function call(
  url: string,
  { method, target, body }: Probe,
  headers: Record<string, string>,
): Promise<string> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(url + target, {
    method,
    headers: { ...json, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return `${answer.status} ${await answer.text()}`;
}

export function medianDifference({ times, unequal }: Compared): Difference {
  const [first, second] = [median(times[0]), median(times[1])];
  return { medianMs: second, percent: ((first - second) / second) * 100, unequal };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
