import { randomBytes } from 'node:crypto';
import type { TestSystem } from './system.js';

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

export interface CallOptions {
  readonly headers?: Record<string, string>;
  /** Sent as JSON; a string or bytes are sent as they are; undefined sends none. */
  readonly body?: unknown;
}

/** One person with a session, as curl with a cookie jar would be. Nothing here knows our libs. */
export class Customer {
  private cookie = '';
  readonly email = `user-${randomBytes(6).toString('hex')}@example.com`;
  readonly password = 'correct horse battery';

  constructor(private readonly origin: string) {}

  /** Signs up somebody new, on `plan`. */
  static async signUp(
    system: Pick<TestSystem, 'url' | 'ops'>,
    plan: 'free' | 'pro' | 'team' = 'free',
  ): Promise<Customer> {
    const customer = new Customer(system.url);
    const { email, password } = customer;
    const answer = await customer.call('POST', '/api/user/signup', {
      body: { email, password, name: 'Ada' },
    });
    if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status} ${answer.text}`);
    if (plan !== 'free') await system.ops('plan', email, plan);
    return customer;
  }

  /** The Cookie header of the session. */
  session(): string {
    return this.cookie;
  }

  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer<Body>> {
    const url = path.startsWith('http') ? path : this.origin + path;
    const response = await fetch(url, { method, redirect: 'manual', ...this.content(options) });
    const text = await response.text();
    for (const line of response.headers.getSetCookie()) this.cookie = line.split(';')[0] ?? '';
    return { status: response.status, headers: response.headers, body: parsed(text) as Body, text };
  }

  private content({ headers, body }: CallOptions): RequestInit {
    const all: Record<string, string> = { ...(this.cookie ? { cookie: this.cookie } : {}) };
    if (body === undefined || body instanceof FormData) return { headers: { ...all, ...headers }, body };
    if (typeof body === 'string' || body instanceof Uint8Array)
      return { headers: { ...all, ...headers }, body: body as string };
    return {
      headers: { ...all, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    };
  }

  async project(name = 'Site'): Promise<Project> {
    const { body } = await this.call<Project>('POST', '/api/projects', { body: { name } });
    return body;
  }

  /** Uploads an image; gives its address. */
  async upload(image: Uint8Array): Promise<string> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(image)]), 'photo.jpg');
    const answer = await this.call<{ url: string }>('POST', '/api/v1/upload', { body: form });
    if (answer.status !== 201) throw new Error(`upload answered ${answer.status} ${answer.text}`);
    return answer.body.url;
  }

  async prepare(body: object, headers: Record<string, string> = {}): Promise<Prepared> {
    const answer = await this.call<Prepared>('POST', '/api/v1/prepare', { body, headers });
    if (answer.status !== 200) throw new Error(`prepare answered ${answer.status} ${answer.text}`);
    return answer.body;
  }

  regenerate(
    assetId: string,
    body: unknown = undefined,
    headers: Record<string, string> = {},
  ): Promise<Answer<Regenerated>> {
    return this.call<Regenerated>('POST', `/api/assets/${assetId}/regenerate`, { body, headers });
  }

  async detail(assetId: string): Promise<Detail> {
    return (await this.call<Detail>('GET', `/api/assets/${assetId}`)).body;
  }

  async usage(): Promise<{
    used: number;
    reserved: number;
    limit: number;
    overage: number;
    resets_at: number;
  }> {
    return (await this.call<{ generations: never }>('GET', '/api/user/me')).body.generations;
  }
}

export interface Project {
  id: string;
  proxy_key: string;
}
export interface Prepared {
  asset_id: string;
  status: string;
  generation: number;
  mp4_url: string;
  poster_url: string;
  eta_seconds: number;
}
export interface Regenerated {
  asset_id: string;
  status: string;
  generation: number;
  request_id: string;
  error?: string;
}
export interface Detail {
  asset: Record<string, unknown> & { status: string; generation: number; generation_count: number };
  generations: (Record<string, unknown> & { generation: number; status: string; charged: boolean })[];
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
