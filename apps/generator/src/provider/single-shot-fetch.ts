import { inSpan } from '@zoetrope/eventlog/tracing';

/** Carries the real status of an answer that the client must not see; `none` when there was no answer. */
export const REAL_STATUS = 'x-zoetrope-real-status';
/** Carries why there was no answer: an error code such as `ECONNREFUSED`, or a name. */
export const FAULT = 'x-zoetrope-fault';

/** A status that the official client neither retries nor takes for success. */
const FINAL = 499;

export interface SingleShot {
  /** For the whole call. */
  readonly timeoutMs: number;
  /** How long the provider may let a prediction run that we create (its `Cancel-After`). */
  readonly predictionDeadlineMs: number;
  readonly onCall?: (seen: CallSeen) => void;
}

/** One request, as figures tell it. */
export interface CallSeen {
  /** Method and kind of resource: `POST predictions`. */
  readonly call: string;
  /** `none`: no answer. */
  readonly status: number | 'none';
  readonly seconds: number;
}

/**
 * A `fetch` for the official client, which would answer a 429 or a network fault with six requests within 60 ms,
 * POST included: six paid predictions for one lost reply. Here each call is one request; retries are facts.
 */
export const singleShotFetch =
  ({ timeoutMs, predictionDeadlineMs, onCall }: SingleShot): typeof fetch =>
  (input, init) =>
    watched(callOf(input, init), onCall, () => callOnce(input, init, timeoutMs, predictionDeadlineMs));

async function callOnce(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  timeoutMs: number,
  predictionDeadlineMs: number,
): Promise<Response> {
  try {
    const headers = new Headers(init?.headers);
    if (createsPrediction(input, init)) {
      headers.set('cancel-after', `${Math.ceil(predictionDeadlineMs / 1_000)}s`);
    }
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const answer = await fetch(input, { ...init, headers, signal });
    if (answer.status !== 429 && answer.status < 500) return answer;
    const text = await answer.text().catch(() => '');
    const later = answer.headers.get('retry-after');
    return hidden({ [REAL_STATUS]: String(answer.status), ...(later && { 'retry-after': later }) }, text);
  } catch (error) {
    return hidden({ [REAL_STATUS]: 'none', [FAULT]: faultOf(error) }, 'no answer');
  }
}

function watched(
  call: string,
  onCall: SingleShot['onCall'],
  work: () => Promise<Response>,
): Promise<Response> {
  return inSpan(`provider ${call}`, { kind: 'CLIENT' }, async (span) => {
    const began = performance.now();
    const answer = await work();
    const real = answer.headers.get(REAL_STATUS);
    const status = real === 'none' ? real : Number(real ?? answer.status);
    span.set({ 'http.response.status_code': status });
    onCall?.({ call, status, seconds: (performance.now() - began) / 1_000 });
    return answer;
  });
}

/** `/v1/predictions/<id>/cancel` is `POST predictions cancel`: the words of the path without its ids. */
function callOf(input: Parameters<typeof fetch>[0], init?: RequestInit): string {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const words = pathname
    .split('/')
    .filter((part) => /^(predictions|models|deployments|files|cancel)$/.test(part));
  return [init?.method ?? 'GET', ...words].join(' ');
}

/** The client has no option for this header. */
const createsPrediction = (input: Parameters<typeof fetch>[0], init?: RequestInit): boolean =>
  init?.method === 'POST' &&
  new URL(input instanceof Request ? input.url : input).pathname.endsWith('/predictions');

const hidden = (headers: Record<string, string>, body: string) =>
  new Response(body.slice(0, 1000), { status: FINAL, headers });

/** The system's code stands on the cause; the names that wrap it say nothing (`TypeError: fetch failed`). */
const faultOf = (error: unknown): string => {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return cause?.code ?? name ?? 'unknown';
};
