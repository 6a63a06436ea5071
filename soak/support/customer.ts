import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SoakSystem } from './system.ts';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

export interface Accepted {
  readonly asset_id: string;
  readonly generation: number;
  readonly mp4_url: string;
}

/** `used` and so on as GET /api/user/me has them. */
export interface Month {
  readonly used: number;
  readonly reserved: number;
  readonly limit: number;
  readonly overage: number;
}

export type PlanName = 'free' | 'pro' | 'team';

/** How often a call that could not be decided in time is repeated with the key it was answered with. */
const REPEATS = 20;

/** One signed-in person with a project, over HTTP alone. */
export class Customer {
  readonly email = `soak-${randomBytes(6).toString('hex')}@example.com`;
  readonly #origin: string;
  #cookie = '';
  #projectId = '';
  #ownerId = '';
  /** Answers 503 that were followed by a repeat. */
  repeats = 0;

  private constructor(origin: string) {
    this.#origin = origin;
  }

  static async signUp(system: SoakSystem, plan: PlanName, origin = system.url): Promise<Customer> {
    const customer = new Customer(origin);
    const who = { email: customer.email, password: 'correct horse battery', name: 'Ada' };
    const { user } = (await customer.#must('POST', '/api/user/signup', who)) as { user: { id: string } };
    customer.#ownerId = user.id;
    if (plan !== 'free') await system.ops('plan', customer.email, plan);
    customer.#projectId = String((await customer.#must('POST', '/api/projects', { name: 'Soak' })).id);
    return customer;
  }

  get projectId(): string {
    return this.#projectId;
  }

  get ownerId(): string {
    return this.#ownerId;
  }

  get cookie(): string {
    return this.#cookie;
  }

  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const json = body !== undefined && !(body instanceof FormData);
    const response = await fetch(this.#origin + path, {
      method,
      redirect: 'manual',
      headers: { cookie: this.#cookie, ...(json && { 'content-type': 'application/json' }), ...headers },
      body: json ? JSON.stringify(body) : (body as FormData | undefined),
    });
    const text = await response.text();
    for (const line of response.headers.getSetCookie()) this.#cookie = line.split(';')[0] ?? '';
    return { status: response.status, headers: response.headers, body: parsed(text) as Body, text };
  }

  /** Repeats a call that was answered 503 with the Idempotency-Key of that answer, as its clients are told to. */
  async callUntilDecided<Body>(method: string, path: string, body: unknown): Promise<Answer<Body>> {
    let headers: Record<string, string> = {};
    for (let repeat = 0; ; repeat++) {
      const answer = await this.call<Body>(method, path, body, headers);
      if ((answer.status !== 503 && answer.status !== 409) || repeat === REPEATS) return answer;
      this.repeats++;
      headers = { 'idempotency-key': answer.headers.get('idempotency-key') ?? '' };
      await delay(Number(answer.headers.get('retry-after') ?? 1) * 1_000); // what the server asks for
    }
  }

  prepare(body: object): Promise<Answer<Accepted>> {
    return this.callUntilDecided('POST', '/api/v1/prepare', { project_id: this.#projectId, ...body });
  }

  regenerate(assetId: string, body: object = {}): Promise<Answer<Accepted>> {
    return this.callUntilDecided('POST', `/api/assets/${assetId}/regenerate`, body);
  }

  /** Uploads an image; gives its address. */
  async upload(image: Uint8Array): Promise<string> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(image)]), 'photo.jpg');
    return String((await this.#must('POST', '/api/v1/upload', form)).url);
  }

  async month(): Promise<Month> {
    return (await this.#must('GET', '/api/user/me')).generations as Month;
  }

  async #must(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.call(method, path, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status} ${answer.text}`);
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
