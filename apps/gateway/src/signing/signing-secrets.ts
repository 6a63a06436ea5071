import { Inject, Injectable, Logger } from '@nestjs/common';
import { SigningSecretId } from '@zoetrope/contracts/ids';
import { type Project, stillValid } from '@zoetrope/domain/project';
import { CLOCK, type Clock, IDS, type Ids } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { newSigningSecret } from '@zoetrope/platform/proxy-signing';
import { seal, sealingKeys, signingSecretContext, unseal } from '@zoetrope/platform/sealing';
import { DataSource } from 'typeorm';
import type { GatewayConfig } from '../config.js';
import { BoundedMap } from '../serving/bounded-map.js';

/** Secrets kept open in memory; about 200 bytes each. */
const REMEMBERED = 20_000;
/** A secret younger than this may belong to a rotation that is still on its way into the log. */
const SETTLED = '1 hour';

/**
 * Secrets of signed proxy URLs, sealed in `secrets.signing_secret`. Which of them counts is told by the project's
 * facts; a secret without a fact counts nowhere.
 */
@Injectable()
export class SigningSecrets {
  private readonly logger = new Logger(SigningSecrets.name);
  private readonly keys: ReturnType<typeof sealingKeys>;
  private readonly known = new BoundedMap<string>(REMEMBERED);
  /** A row stands before its fact does, so what is missing once never comes. */
  private readonly lost = new Set<string>();

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
    private readonly database: DataSource,
  ) {
    this.keys = sealingKeys(config);
  }

  /** Makes and keeps a secret; a fact must make it count. */
  async mint(projectId: string): Promise<{ readonly id: SigningSecretId; readonly secret: string }> {
    const id = SigningSecretId.parse(`sec_${this.ids.hex(16)}`);
    const secret = newSigningSecret();
    const sealed = seal(this.keys[0], secret, signingSecretContext(projectId, id));
    await this.database.query(
      'INSERT INTO secrets.signing_secret (id, project_id, secret_encrypted) VALUES ($1, $2, $3)',
      [id, projectId, sealed],
    );
    return { id, secret };
  }

  /** Forgets what no fact makes count any more, and what was minted for nothing. */
  async sweep(project: Project): Promise<void> {
    await this.database.query(
      `DELETE FROM secrets.signing_secret
       WHERE project_id = $1 AND id <> ALL ($2) AND created_at < now() - $3::interval`,
      [project.id, this.valid(project), SETTLED],
    );
  }

  /** What URLs are signed with now; undefined when the project has none, or it is lost. */
  async current({ id, signingSecretId }: Project): Promise<string | undefined> {
    return signingSecretId && this.secret(id, signingSecretId);
  }

  /** Every secret whose signature is accepted now. */
  async accepted(project: Project): Promise<string[]> {
    const all = await Promise.all(this.valid(project).map((id) => this.secret(project.id, id)));
    return all.filter((secret) => secret !== undefined);
  }

  private valid({ signingSecretId, previousSecrets }: Project): SigningSecretId[] {
    const older = stillValid(previousSecrets, this.clock.now());
    return signingSecretId ? [signingSecretId, ...older] : older;
  }

  private async secret(projectId: string, id: SigningSecretId): Promise<string | undefined> {
    const known = this.known.get(id);
    if (known !== undefined || this.lost.has(id)) return known;
    const rows: { secret_encrypted: string }[] = await this.database.query(
      'SELECT secret_encrypted FROM secrets.signing_secret WHERE id = $1 AND project_id = $2',
      [id, projectId],
    );
    const sealed = rows[0]?.secret_encrypted;
    if (sealed === undefined) {
      this.lost.add(id);
      this.logger.error(
        `signing secret ${id} of ${projectId} is lost: its URLs are refused until it is rotated`,
      );
      return undefined;
    }
    const secret = unseal(this.keys, sealed, signingSecretContext(projectId, id));
    this.known.set(id, secret);
    return secret;
  }
}
