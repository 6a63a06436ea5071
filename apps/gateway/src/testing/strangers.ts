import { randomBytes } from 'node:crypto';

/** Things of one person, as the ids that a stranger may have got hold of. */
export interface Belongings {
  readonly projectId: string;
  readonly assetId: string;
  readonly tokenId: string;
  readonly deliveryId?: string;
}

/** One call that names somebody's thing. */
export interface Probe {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly body?: unknown;
}

export interface Operation {
  readonly method: string;
  /** As OpenAPI writes it. */
  readonly path: string;
}

/** Bodies and queries that a route needs before it looks whose the thing is. `{projectId}` stands for the project. */
const NEEDED: Readonly<Record<string, { query?: string; body?: unknown }>> = {
  'post /api/v1/prepare': { body: { project_id: '{projectId}', src: 'https://images.example.com/a.png' } },
  'post /api/projects/{id}/keys/rotate': { query: '?which=signing' },
  'put /api/projects/{id}/billing': { body: { overage_enabled: true } },
  'put /api/projects/{id}/brand': { body: { brandName: 'Acme' } },
  'post /api/projects/{id}/brand/preview': { body: { brand: null, asset_id: '0'.repeat(32) } },
  'post /api/projects/{id}/webhooks/replay': { body: { from: 0, to: 1, dry_run: true } },
  'put /api/projects/{id}/webhooks': { body: { webhook_url: 'https://hooks.example.com/' } },
};

/** Routes that name nobody's thing: what they answer depends on the caller alone, or is everybody's. */
const NOBODYS: readonly (string | RegExp)[] = [
  /^post \/api\/user\/(signup|signin|signout|password|password\/forgot|password\/reset|tokens)$/,
  /^get \/api\/user\/(session|me|usage|tokens|oauth|password\/reset)$/,
  /^get \/api\/user\/oauth\/(callback\/)?\{provider\}$/,
  'delete /api/user/me',
  /^(get|post) \/api\/projects$/,
  'post /api/v1/upload',
  'get /uploads/{name}', // public for ever, by the hash of its bytes
  'get /v1/*', // by a key, which opens it to everybody
  /^get \/api\/(openapi|asyncapi)\.json$/,
  /^get \/docs\//,
];

const isNobodys = (name: string): boolean =>
  NOBODYS.some((each) => (typeof each === 'string' ? each === name : each.test(name)));

/** What each path parameter names, by the path that it stands in. */
function named(path: string, parameter: string, of: Belongings, callersKey: string): string | undefined {
  if (parameter === 'projectKey') return callersKey;
  if (parameter === 'assetId' || (parameter === 'id' && path.startsWith('/api/assets/'))) return of.assetId;
  if (parameter === 'id' && path.startsWith('/api/projects/')) return of.projectId;
  if (parameter === 'id' && path.startsWith('/api/user/tokens/')) return of.tokenId;
  // Nobody comes as far as a delivery whose project is not his.
  if (parameter === 'deliveryId') return of.deliveryId ?? `dlv_${'0'.repeat(32)}`;
  return parameter === 'n' ? '1' : undefined;
}

/**
 * The call of one operation that names these things; undefined for one that names nobody's.
 *
 * @param callersKey a proxy key of the caller's own
 * @throws Error for a route that nobody has placed in one of the tables above
 */
export function probeOf(operation: Operation, of: Belongings, callersKey: string): Probe | undefined {
  const { method, path } = operation;
  const name = `${method} ${path}`;
  if (isNobodys(name)) return undefined;
  const { query = '', body } = NEEDED[name] ?? {};
  const target = path.replace(/\{(\w+)\}/g, (_, parameter: string) => {
    const value = named(path, parameter, of, callersKey);
    if (value === undefined) throw new Error(`${name}: say in strangers.ts whose thing {${parameter}} names`);
    return value;
  });
  if (target === path && body === undefined) throw new Error(`${name}: say in strangers.ts whom it concerns`);
  const filled = body && JSON.parse(JSON.stringify(body).replaceAll('{projectId}', of.projectId));
  const needsBody = method !== 'get' && method !== 'delete';
  return {
    name,
    method: method.toUpperCase(),
    target: `${target}${query}`,
    body: filled ?? (needsBody ? {} : undefined),
  };
}

/** Ids of the same shape that belong to nobody. */
export const nobodys = (like: Belongings): Belongings => ({
  projectId: `prj_${randomBytes(10).toString('hex')}`,
  assetId: randomBytes(16).toString('hex'),
  tokenId: shapedLike(like.tokenId),
});

/** The same length and kinds of characters, drawn anew. */
const shapedLike = (id: string): string => {
  const digits = [...randomBytes(id.length)];
  const draw = (alphabet: string, at: number) => alphabet[(digits[at] ?? 0) % alphabet.length] ?? '';
  return [...id]
    .map((letter, at) => {
      if (/[a-f0-9]/.test(letter)) return draw('0123456789abcdef', at);
      if (/[a-z]/.test(letter)) return draw('ghijklmnopqrstuvwxyz', at);
      return /[A-Z]/.test(letter) ? draw('ABCDEFGHIJKLMNOPQRSTUVWXYZ', at) : letter;
    })
    .join('');
};
