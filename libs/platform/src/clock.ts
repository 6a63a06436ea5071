import { randomBytes, randomInt } from 'node:crypto';
import { CommandId, ProjectId, ProxyKey } from '@zoetrope/contracts/ids';

/** Nest token of the Clock. */
export const CLOCK = Symbol('Clock');
/** Nest token of the Ids. */
export const IDS = Symbol('Ids');

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
}

/** Where random names come from. */
export interface Ids {
  projectId(): ProjectId;
  commandId(): CommandId;
  proxyKey(): ProxyKey;
  /** `bytes` random bytes as lower-case hex. */
  hex(bytes: number): string;
}

export const systemClock: Clock = { now: () => Date.now() };

const LOWER = '0123456789abcdefghijklmnopqrstuvwxyz';
const MIXED = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const draw = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** Ids from the system's random source. */
export const randomIds: Ids = {
  projectId: () => ProjectId.parse(`prj_${draw(LOWER, 20)}`),
  commandId: () => CommandId.parse(`cmd_${randomBytes(16).toString('hex')}`),
  proxyKey: () => ProxyKey.parse(`pk_${draw(MIXED, 24)}`),
  hex: (bytes) => randomBytes(bytes).toString('hex'),
};
