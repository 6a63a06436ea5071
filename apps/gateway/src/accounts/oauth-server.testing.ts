import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Somebody who has an account with the provider. */
export interface Identity {
  readonly id: number;
  readonly email: string;
  readonly verified: boolean;
  readonly name: string;
}

interface Grant {
  readonly identity: Identity;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce?: string;
}

/** Where Google and GitHub live; both are answered by one server here. */
const PROVIDERS = new Set([
  'https://accounts.google.com',
  'https://oauth2.googleapis.com',
  'https://www.googleapis.com',
  'https://github.com',
  'https://api.github.com',
]);

const CLIENTS: Readonly<Record<string, string>> = {
  'google-client': 'google-secret',
  'github-client': 'github-secret',
};

const refuse = (response: ServerResponse, status: number, error: string) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
const answer = (response: ServerResponse, body: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/**
 * Google and GitHub as OAuth 2 sees them (RFC 6749 4.1, PKCE by RFC 7636, Google's ID token by OpenID Connect Core),
 * over HTTP. It is strict: a wrong secret, address, verifier or a code used twice is refused.
 */
export class OAuthServer {
  /** Who is signed in at the provider. */
  identity: Identity = { id: 1, email: 'a@example.com', verified: true, name: 'A' };
  private readonly codes = new Map<string, Grant>();
  private readonly tokens = new Map<string, Identity>();
  private readonly restore = globalThis.fetch;

  private constructor(
    private readonly server: Server,
    private readonly key: KeyObject,
  ) {}

  /** Starts it and points the addresses of both providers at it, for this process. */
  static async start(): Promise<OAuthServer> {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const server = createServer();
    const oauth = new OAuthServer(server, privateKey);
    server.on('request', (request, response) => void oauth.handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    globalThis.fetch = (input, init) => oauth.restore(oauth.redirected(input), init);
    return oauth;
  }

  async stop(): Promise<void> {
    globalThis.fetch = this.restore;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private redirected(input: Parameters<typeof fetch>[0]): Parameters<typeof fetch>[0] {
    const url = new URL(input instanceof Request ? input.url : String(input));
    if (!PROVIDERS.has(url.origin)) return input;
    const here = new URL(`${url.pathname}${url.search}`, this.url);
    return input instanceof Request ? new Request(here, input) : here;
  }

  private get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    switch (url.pathname) {
      case '/o/oauth2/v2/auth':
      case '/login/oauth/authorize':
        return void this.authorize(url.searchParams, response);
      case '/token':
      case '/login/oauth/access_token':
        return void (await this.exchange(request, response));
      case '/user':
      case '/user/emails':
        return void this.profile(url.pathname, request, response);
      default:
        refuse(response, 404, `nothing at ${url.pathname}`);
    }
  }

  private authorize(asked: URLSearchParams, response: ServerResponse) {
    const get = (name: string) => asked.get(name) ?? '';
    const isWhole =
      get('response_type') === 'code' &&
      CLIENTS[get('client_id')] !== undefined &&
      get('code_challenge_method') === 'S256' &&
      get('state') !== '' &&
      get('scope').includes('email');
    if (!isWhole) return refuse(response, 400, 'invalid_request');
    const code = randomUUID();
    this.codes.set(code, {
      identity: this.identity,
      clientId: get('client_id'),
      redirectUri: get('redirect_uri'),
      challenge: get('code_challenge'),
      nonce: asked.get('nonce') ?? undefined,
    });
    const back = new URL(get('redirect_uri'));
    back.searchParams.set('code', code);
    back.searchParams.set('state', get('state'));
    return response.writeHead(302, { location: back.href }).end();
  }

  private async exchange(request: IncomingMessage, response: ServerResponse) {
    const form = new URLSearchParams(await text(request));
    const code = form.get('code') ?? '';
    const grant = this.codes.get(code);
    this.codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      grant !== undefined &&
      form.get('grant_type') === 'authorization_code' &&
      form.get('client_id') === grant.clientId &&
      form.get('client_secret') === CLIENTS[grant.clientId] &&
      form.get('redirect_uri') === grant.redirectUri &&
      challenge === grant.challenge;
    if (!isRight) return refuse(response, 400, 'invalid_grant');
    const access_token = `access-${randomUUID()}`;
    this.tokens.set(access_token, grant.identity);
    const id_token = grant.clientId === 'google-client' ? this.idToken(grant) : undefined;
    return answer(response, { access_token, token_type: 'Bearer', expires_in: 3600, id_token });
  }

  /** A JWT by RFC 7519, signed RS256. */
  private idToken({ identity, clientId, nonce }: Grant): string {
    const { id, email, verified, name } = identity;
    const now = Math.floor(Date.now() / 1000);
    const issued = { iss: 'https://accounts.google.com', aud: clientId, iat: now, exp: now + 3600 };
    const claims = { ...issued, sub: String(id), email, email_verified: verified, name, nonce };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), this.key).toString('base64url')}`;
  }

  private profile(path: string, request: IncomingMessage, response: ServerResponse) {
    const identity = this.tokens.get((request.headers.authorization ?? '').replace('Bearer ', ''));
    if (!identity) return refuse(response, 401, 'bad credentials');
    const { id, email, verified, name } = identity;
    // As GitHub does for people who hide their address.
    if (path === '/user') return answer(response, { id, login: name.toLowerCase(), name, email: null });
    return answer(response, [
      { email: 'spare@example.com', primary: false, verified: true },
      { email, primary: true, verified },
    ]);
  }
}
