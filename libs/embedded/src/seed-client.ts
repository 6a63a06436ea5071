import type { z } from 'zod';
import { errorText, StartFailure } from './start-failure.js';

/** A non-2xx answer. */
export class Refused extends StartFailure {
  constructor(
    what: string,
    readonly status: number,
    body: string,
  ) {
    super(`${what} answered ${status} ${body.slice(0, 200)}`);
  }
}

/** How often a call is repeated that got 503, and how long it waits between, in milliseconds. */
const retries = 5;
const longestWaitMs = 2_000;

/** A signed-in user of the public HTTP API. */
export class SeedClient {
  readonly #origin: string;
  readonly #failure: string;
  #cookie = '';

  /** @param failure what an error means to whoever reads it: "the demo account could not be made" */
  constructor(origin: string, failure: string) {
    this.#origin = origin;
    this.#failure = failure;
  }

  get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
    return this.#call('GET', path, answer);
  }

  /** @param body JSON, or a form with a file. */
  post<T>(path: string, body: object, answer: z.ZodType<T>): Promise<T> {
    return this.#call('POST', path, answer, body);
  }

  async #call<T>(method: string, path: string, answer: z.ZodType<T>, body?: object): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send(method, path, body);
      if (response.status === 503 && attempt < retries) {
        await this.#wait(response);
        continue;
      }
      if (!response.ok)
        throw new Refused(`${this.#failure}: ${method} ${path}`, response.status, await response.text());
      this.#keepCookie(response);
      return answer.parse(await response.json());
    }
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    try {
      return await fetch(this.#origin + path, this.#request(method, body));
    } catch (error) {
      const why = errorText((error as Error).cause ?? error);
      throw new StartFailure(`${this.#failure}: nothing answers at ${this.#origin} (${why})`);
    }
  }

  #request(method: string, body?: object): RequestInit {
    const cookie = this.#cookie ? { cookie: this.#cookie } : undefined;
    if (body === undefined || body instanceof FormData) return { method, headers: { ...cookie }, body };
    return { method, headers: { ...cookie, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  }

  async #wait(response: Response): Promise<void> {
    await response.body?.cancel();
    const asked = Number(response.headers.get('retry-after') ?? 1) * 1_000;
    await new Promise((resolve) => setTimeout(resolve, Math.min(asked, longestWaitMs)));
  }

  #keepCookie(response: Response): void {
    const [pair] = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
    if (pair) this.#cookie = pair;
  }
}
