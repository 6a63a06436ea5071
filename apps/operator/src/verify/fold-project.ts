import { PRODUCT_DEFAULTS } from '@zoetrope/contracts/parameters';
import { DEFAULT_WEBHOOK_EVENTS } from '@zoetrope/contracts/webhook-events';
import { ExpectedRow } from './expected-row.js';
import type { RawFact } from './raw-log.js';

type Settings = Record<string, unknown>;
interface Overlap {
  readonly value: string;
  readonly until: number;
}

/** What is replaced still works for a while, and what was replaced before it, unless everything old stopped at once. */
const overlap = (replaced: string | undefined, older: unknown, fact: RawFact): Overlap[] => {
  const until: number | null = fact.data.overlapUntil;
  if (until === null) return [];
  const left = ((older as Overlap[] | undefined) ?? []).filter((one) => one.until > fact.ts);
  return replaced === undefined ? left : [{ value: replaced, until }, ...left];
};

/** One project's settings, told from its facts. */
export class ProjectFold {
  readonly row: ExpectedRow;
  readonly settings: Settings;

  constructor(created: RawFact) {
    const { data, ts, seq } = created;
    this.settings = {
      ...{ id: data.projectId, ownerId: data.ownerId, name: data.name, proxyKey: data.proxyKey },
      ...{ defaults: { ...PRODUCT_DEFAULTS }, allowedOrigins: [], signingEnabled: false, autoGenerate: true },
      ...{ newAssetsPerMinute: 20, overageEnabled: false, overageCap: null, brand: null, webhookUrl: null },
      ...{ webhookEvents: DEFAULT_WEBHOOK_EVENTS, webhooksEnabled: false, createdAt: ts, createdSeq: seq },
      ...{ deleted: false, version: seq },
    };
    const { projectId: id, ownerId: owner_id, proxyKey: proxy_key } = data;
    this.row = new ExpectedRow(created, { id, owner_id, proxy_key, created_seq: seq, deleted: false });
    this.row.set(created, { project: this.settings });
  }

  take(fact: RawFact) {
    Object.assign(this.settings, this.changes(fact), { version: fact.seq });
    this.row.set(fact, { project: this.settings, proxy_key: this.settings.proxyKey });
  }

  private changes({ type, ...fact }: RawFact): Settings {
    const { data } = fact;
    const raw = { type, ...fact };
    switch (type) {
      case 'ProjectRenamed':
        return { name: data.name };
      case 'ProxyConfigChanged':
        return this.configured(data);
      case 'BillingChanged':
        return { overageEnabled: data.overageEnabled, overageCap: data.overageCap };
      case 'BrandChanged':
        return { brand: data.brand };
      case 'WebhooksConfigured':
        return { webhookUrl: data.url, webhookEvents: data.events, webhooksEnabled: data.enabled };
      case 'ProxyKeyRotated': {
        const { proxyKey, previousKeys } = this.settings;
        return { proxyKey: data.proxyKey, previousKeys: overlap(proxyKey as string, previousKeys, raw) };
      }
      case 'SigningSecretRotated': {
        const { signingSecretId, previousSecrets } = this.settings;
        const previous = overlap(signingSecretId as string | undefined, previousSecrets, raw);
        return { signingSecretId: data.signingSecretId, previousSecrets: previous };
      }
      default:
        return {};
    }
  }

  private configured(data: Settings): Settings {
    const defaults = { ...(this.settings.defaults as Settings) };
    if (data.defaultMotion !== undefined) defaults.motion = data.defaultMotion;
    if (data.defaultMode !== undefined) defaults.mode = data.defaultMode;
    if (data.defaultDurSeconds !== undefined) defaults.dur_seconds = data.defaultDurSeconds;
    const names = [
      'allowedOrigins',
      'signingEnabled',
      'autoGenerate',
      'newAssetsPerMinute',
      'signingSecretId',
    ];
    const sent = names.filter((name) => data[name] !== undefined).map((name) => [name, data[name]]);
    return { defaults, ...Object.fromEntries(sent) };
  }
}
