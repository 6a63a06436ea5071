import { store } from '../api/store.js';

/** Which regenerate is open: of one asset, of some, or of a whole project. */
export type Opened =
  | { readonly kind: 'one'; readonly assetId: string }
  | { readonly kind: 'many'; readonly projectId: string; readonly ids: readonly string[] | undefined };

export const opened = store<Opened | undefined>(undefined);

export const regenerateOne = (assetId: string): void => opened.set({ kind: 'one', assetId });
export const regenerateMany = (projectId: string, ids: readonly string[]): void =>
  ids.length === 1 && ids[0] ? regenerateOne(ids[0]) : opened.set({ kind: 'many', projectId, ids });
export const regenerateAll = (projectId: string): void =>
  opened.set({ kind: 'many', projectId, ids: undefined });
export const closeRegenerate = (): void => opened.set(undefined);
