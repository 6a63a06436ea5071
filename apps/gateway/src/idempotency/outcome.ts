import type { CommandId } from '@zoetrope/contracts/ids';
import type { ApiError } from '../http/api-error.js';

/** What one run of a command came to. */
export type Outcome =
  /** A success, given again to every copy. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: unknown;
      /** The log alone gives this answer again, byte for byte, so nobody has to wait until it is recorded. */
      readonly derived?: true;
      /** This run had no effect: another one had carried the command out already. */
      readonly repeated?: boolean;
    }
  /** Not allowed. `before`: it had been decided by an earlier run, so a new one may fare better. */
  | { readonly kind: 'refused'; readonly error: ApiError; readonly before: boolean }
  /** Nobody decided in time; the command may still be carried out. */
  | { readonly kind: 'undecided' };

/**
 * Carries out a command under its id. It may run several times, also at once in several processes; the log must make
 * one effect of it. `after`: what any run of it may have left behind stands after this sequence of ASSETS.
 */
export type Command = (commandId: CommandId, after: number, once: Once) => Promise<Outcome>;

/**
 * Chooses something for a command that every run of it, also in another process or a day later, must take over. Call
 * it at most once in a command. The value must survive JSON.
 */
export type Once = <T>(choose: () => Promise<T>) => Promise<T>;

export interface KeyedCall {
  readonly callerId: string;
  /** The caller's Idempotency-Key, or the one made for the call. */
  readonly key: string;
  /** Of method, path, body and caller: what the key stands for. */
  readonly fingerprint: string;
  /** Last sequence of what the call would append to, read before the key is claimed; 0: not known. */
  readonly after: number;
}

export interface KeyedAnswer {
  readonly status: number;
  readonly body: unknown;
  /** It is the answer of an earlier call, or of a copy that runs at the same time. */
  readonly replayed: boolean;
}
