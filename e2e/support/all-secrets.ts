import type { Customer, Project } from './customer.js';
import type { TestSystem } from './system.js';

/** Drives every call that has to do with a secret, wrong ones too; gives each secret that went over the wire. */
export class AllSecrets {
  readonly seen = new Map<string, string>();

  constructor(
    private readonly system: TestSystem,
    private readonly customer: Customer,
    private readonly project: Project,
  ) {}

  async drive(srcOfProject: string): Promise<void> {
    this.session('session');
    this.note('password', this.customer.password);
    await this.tokens();
    await this.webhooks();
    await this.signing(srcOfProject);
    await this.passwords();
  }

  note(what: string, secret: unknown): string {
    if (typeof secret !== 'string' || secret.length < 8) throw new Error(`${what}: no secret in the answer`);
    this.seen.set(what, secret);
    return secret;
  }

  private session(what: string): void {
    const value = this.customer.session().split('=').slice(1).join('=');
    this.note(`${what} cookie`, value);
    this.note(`${what} token`, decodeURIComponent(value).split('.')[0]);
  }

  private async tokens(): Promise<void> {
    for (const scope of ['read', 'write']) {
      const made = await this.post('/api/user/tokens', { name: scope, scope }, 201);
      const token = this.note(`${scope} token`, made.token);
      for (const method of ['GET', 'POST'])
        await fetch(`${this.system.url}/api/projects`, {
          method,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: method === 'POST' ? '{"name":"By token"}' : undefined,
        });
    }
    const wrong = this.note('wrong token', 'zt_this-token-is-nobodys-at-all-0123456789');
    await fetch(`${this.system.url}/api/projects`, { headers: { authorization: `Bearer ${wrong}` } });
  }

  private async webhooks(): Promise<void> {
    const rotated = await this.post(
      `/api/projects/${this.project.id}/webhooks/rotate-secret`,
      undefined,
      200,
    );
    this.note('rotated webhook secret', rotated.webhook_secret);
    await this.post(`/api/projects/${this.project.id}/webhooks/test`, undefined, 202);
  }

  private async signing(src: string): Promise<void> {
    const config = { body: { enable_signing: true } };
    const path = `/api/projects/${this.project.id}`;
    const on = await this.customer.call('PUT', `${path}/proxy-config`, config);
    this.note('signing secret', on.body.signing_secret);
    const again = await this.post(`${path}/keys/rotate?which=signing`, undefined, 200);
    this.note('rotated signing secret', again.signing_secret);
    const { mp4_url } = await this.customer.prepare({ project_id: this.project.id, src });
    this.note('signature', new URL(mp4_url).searchParams.get('sig'));
    await fetch(mp4_url);
    const forged = new URL(mp4_url);
    forged.searchParams.set('sig', this.note('forged signature', 'deadbeef'.repeat(8)));
    await fetch(forged);
  }

  private async passwords(): Promise<void> {
    const { email, password } = this.customer;
    const wrong = this.note('wrong password', 'a password that is not right');
    await this.post('/api/user/signin', { email, password: wrong }, 401);
    const changed = this.note('changed password', 'changed to this one');
    await this.post('/api/user/password', { current_password: password, new_password: changed }, 200);
    this.session('second session');
    const link = (await this.system.ops('reset-password', email)).trim();
    const token = this.note('reset token', new URLSearchParams(new URL(link).hash.slice(1)).get('token'));
    await fetch(link);
    const reset = this.note('reset password', 'and reset to this one');
    await this.post('/api/user/password/reset', { token, new_password: reset }, 200);
    await this.post('/api/user/signin', { email, password: reset }, 200);
    this.session('third session');
  }

  private async post(
    path: string,
    body: object | undefined,
    status: number,
  ): Promise<Record<string, unknown>> {
    const answer = await this.customer.call('POST', path, { body });
    if (answer.status !== status) throw new Error(`${path} answered ${answer.status} ${answer.text}`);
    return answer.body;
  }
}
