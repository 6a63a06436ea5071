import { createHash } from 'node:crypto';
import type { Difference } from './difference.js';
import type { AssetFold } from './fold-asset.js';
import type { ProjectFold } from './fold-project.js';
import { proxyAddress, type SigningKeys } from './proxy-address.js';
import { type RawFact, type RawLog, refOf } from './raw-log.js';

const ANSWER_MS = 30_000;

/** What came of one URL. `unchecked`: it cannot be asked, and why. */
export type UrlOutcome =
  | { readonly kind: 'fine' }
  | { readonly kind: 'unchecked'; readonly why: string }
  | { readonly kind: 'different'; readonly difference: Difference };

interface Served {
  readonly status: number;
  readonly sha256: string;
  readonly etag: string | null;
  readonly generation: string | null;
  readonly error: string;
}

async function ask(url: string): Promise<Served> {
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) });
  const body = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    sha256: createHash('sha256').update(body).digest('hex'),
    etag: answer.headers.get('etag'),
    generation: answer.headers.get('x-zoetrope-generation'),
    error: answer.status >= 400 ? body.toString('utf8', 0, 300) : '',
  };
}

const fine: UrlOutcome = { kind: 'fine' };

/** Asks the proxy URLs of assets as a page does, and holds the answers against the log. */
export class UrlCheck {
  constructor(
    private readonly base: string,
    private readonly log: RawLog,
    private readonly keys: SigningKeys,
  ) {}

  async of(asset: AssetFold, project: ProjectFold | undefined): Promise<UrlOutcome> {
    const { prepared, deleted, video } = asset;
    if (!prepared || !project || (!deleted && !video)) return fine;
    const address = await proxyAddress(project, prepared.data, this.keys);
    if (!address)
      return { kind: 'unchecked', why: 'signed, and ZOETROPE_SECRET_KEY is not here to sign with' };
    const url = `${this.base}${address}`;
    const served = await ask(url);
    if (served.status === 403 && served.error.includes('origin not in allowlist'))
      return { kind: 'unchecked', why: 'its project does not allow its source any more' };
    const where = url.replace(/([?&]sig=)[0-9a-f]+/, '$1…');
    if (deleted) return verdict(where, served.status === 410 ? undefined : gone(served, deleted));
    const wrong = video && mismatch(served, video);
    if (!wrong) return fine;
    // It may have been switched, or deleted, since the log was folded.
    const now = await this.newest(asset.id);
    if (now.deleted)
      return verdict(where, served.status === 410 ? undefined : gone(await ask(url), now.deleted));
    return verdict(where, now.video && mismatch(await ask(url), now.video));
  }

  private async newest(id: string): Promise<{ video?: RawFact; deleted?: RawFact }> {
    const subject = `asset.${id.slice(0, 2)}.${id}`;
    const asked = await this.log.last('ASSETS', `${subject}.request`);
    const deleted = asked?.type === 'AssetDeleted' ? asked : undefined;
    return { deleted, video: await this.log.last('ASSETS', `${subject}.video`) };
  }
}

type Wrong = Omit<Difference, 'kind' | 'where'>;

const verdict = (where: string, wrong: Wrong | undefined): UrlOutcome =>
  wrong ? { kind: 'different', difference: { kind: 'url', where, ...wrong } } : fine;

const gone = ({ status }: Served, deleted: RawFact): Wrong => ({
  ...{ what: 'is answered though the asset is deleted', expected: 410, found: status, fact: refOf(deleted) },
});

function mismatch(
  { status, sha256, etag, generation, error }: Served,
  { data, ...rest }: RawFact,
): Wrong | undefined {
  const fact = refOf({ data, ...rest });
  if (status !== 200)
    return { what: `is answered with ${status} ${error}`, expected: 200, found: status, fact };
  if (sha256 !== data.sha256) return { what: 'has other bytes', expected: data.sha256, found: sha256, fact };
  if (etag !== `"${data.sha256}"`)
    return { what: 'has another ETag', expected: data.sha256, found: etag, fact };
  if (generation === String(data.generation)) return undefined;
  return { what: 'names another generation', expected: data.generation, found: generation, fact };
}
