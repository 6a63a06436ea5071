import type { FactMeta, FactType, Recorded } from '@zoetrope/contracts/fact';
import { FACTS } from '@zoetrope/contracts/facts/registry';
import { CE, parseCeType } from './ce-headers.js';
import { NotAFact, UnknownVersion } from './errors.js';
import { header, type StoredMessage } from './stored-message.js';

/** Reads data of one version as the next. A released version is never edited: this is how it stays readable. */
export type Upcaster = (data: unknown) => unknown;

/** Made once: its making costs more than a decoding. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const upcasters = new Map<string, Upcaster>();

/**
 * Registers the step from `fromVersion` to `fromVersion + 1` of a kind of fact.
 * @throws Error when that step is registered already
 */
export function registerUpcaster(type: string, fromVersion: number, upcast: Upcaster): void {
  const step = `${type}.v${fromVersion}`;
  if (upcasters.has(step)) throw new Error(`${step} has an upcaster already`);
  upcasters.set(step, upcast);
}

/**
 * A message as the fact it is, in its kind's current version, its data validated.
 * @param kinds the known kinds of facts; contracts' own unless given
 * @throws NotAFact, UnknownVersion
 */
export function decode(message: StoredMessage, kinds: ReadonlyMap<string, FactType> = FACTS): Recorded {
  const where = `${message.stream} ${message.seq} on ${message.subject}`;
  const named = parseCeType(header(message, CE.type));
  if (!named) throw new NotAFact(`${where}: ce-type is ${header(message, CE.type) ?? 'missing'}`);
  const kind = kinds.get(named.type);
  if (!kind) throw new UnknownVersion(`${where}: this process does not know ${named.type}`);
  const current = upcast(kind, named.version, parseBody(message, where), where);
  const checked = kind.schema.safeParse(current);
  if (!checked.success) throw new NotAFact(`${where}: ${named.type} ${pathsOf(checked.error)}`);
  return { type: kind.type, version: kind.version, data: checked.data, meta: metaOf(message, where) };
}

function upcast(kind: FactType, from: number, data: unknown, where: string): unknown {
  if (from > kind.version)
    throw new UnknownVersion(`${where}: ${kind.type} v${from} is newer than this process (v${kind.version})`);
  let current = data;
  for (let version = from; version < kind.version; version++) {
    const step = upcasters.get(`${kind.type}.v${version}`);
    if (!step) throw new UnknownVersion(`${where}: ${kind.type} v${version} has no upcaster`);
    current = step(current);
  }
  return current;
}

function parseBody(message: StoredMessage, where: string): unknown {
  try {
    return JSON.parse(UTF8.decode(message.body));
  } catch (error) {
    throw new NotAFact(`${where}: its body is not JSON`, { cause: error });
  }
}

/** Where the data breaks its schema; never the values, which may be a user's text. */
const pathsOf = (error: { issues: readonly { path: readonly PropertyKey[]; code?: string }[] }): string =>
  error.issues.map(({ path, code }) => `${path.map(String).join('.') || '(data)'} ${code}`).join(', ');

function metaOf(message: StoredMessage, where: string): FactMeta {
  const id = header(message, CE.id);
  const causeId = header(message, CE.causation);
  if (!id || !causeId) throw new NotAFact(`${where}: it has no ce-id or no cause`);
  const stated = Date.parse(header(message, CE.time) ?? '');
  return {
    id,
    causeId,
    stream: message.stream,
    subject: message.subject,
    seq: message.seq,
    // The writer's time: it stays when a log is moved to another broker.
    ts: Number.isNaN(stated) ? message.ts : stated,
    requestId: header(message, CE.correlation),
    traceparent: header(message, CE.traceparent),
  };
}
